import { type User, useSession } from "@/api/session";

type Role = User["roles"][number]["role"];

/** Return whether the user has one of these roles in a branch. The API decides; this is what is offered. */
export function useHolds(branchId: string, ...roles: Role[]): boolean {
  const session = useSession();
  return (
    session.status === "signed-in" &&
    session.user.roles.some(
      ({ role, branch_id }) => roles.includes(role) && (!branch_id || branch_id === branchId),
    )
  );
}
