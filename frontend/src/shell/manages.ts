import { useSession } from "@/api/session";

/** Return whether the user is administrator of a branch; of null, of the whole spa. */
export function useManages(branchId: string | null): boolean {
  const session = useSession();
  if (session.status !== "signed-in") return false;
  return session.user.roles.some(
    ({ role, branch_id }) => role === "admin" && (!branch_id || branch_id === branchId),
  );
}
