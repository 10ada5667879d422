/** Who sees which reports of a branch, as docs/roles.md says. The API decides. */
import { useSession } from "@/api/session";
import { useWorksAtDesk } from "@/shell/branches";
import type { View } from "./search";

export interface ReportRights {
  /** The day of the branch. */
  isDesk: boolean;
  /** All reports of the branch. */
  isAdmin: boolean;
  /** Those of all branches at once. */
  isSpaAdmin: boolean;
}

export function useReportRights(branchId: string): ReportRights {
  const session = useSession();
  const isDesk = useWorksAtDesk(branchId);
  const admin =
    session.status === "signed-in" ? session.user.roles.filter(({ role }) => role === "admin") : [];
  return {
    isDesk,
    isAdmin: admin.some(({ branch_id }) => !branch_id || branch_id === branchId),
    isSpaAdmin: admin.some(({ branch_id }) => !branch_id),
  };
}

export function sees({ isDesk, isAdmin, isSpaAdmin }: ReportRights, view: View): boolean {
  if (view === "day") return isDesk;
  return view === "branches" ? isSpaAdmin : isAdmin;
}
