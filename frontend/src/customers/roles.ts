/** What a user may do, as docs/roles.md says. What is not allowed is not offered; the API decides. */
import { type User, useSession } from "@/api/session";
import { worksAtDesk } from "@/app/home";

export interface Rights {
  /** See customers, add and change them, merge, archive, record consents. */
  isDesk: boolean;
  /** Run the whole spa: import, export, copies of personal data, erasure, the catalogue, users. */
  isAdmin: boolean;
  /** Run at least one branch: hours, rooms, people, rosters, leave. */
  isBranchAdmin: boolean;
}

const NONE: Rights = { isDesk: false, isAdmin: false, isBranchAdmin: false };

export function rightsOf(user: User): Rights {
  const admin = user.roles.filter(({ role }) => role === "admin");
  return {
    isDesk: worksAtDesk(user),
    isAdmin: admin.some(({ branch_id }) => !branch_id),
    isBranchAdmin: admin.length > 0,
  };
}

export function useRights(): Rights {
  const session = useSession();
  return session.status === "signed-in" ? rightsOf(session.user) : NONE;
}
