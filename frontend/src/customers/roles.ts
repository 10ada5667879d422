/** What a user may do with customers, as docs/roles.md says. What is not allowed is not offered; the API decides. */
import { type User, useSession } from "@/api/session";

export interface Rights {
  /** See customers, add and change them, merge, archive, record consents. */
  isDesk: boolean;
  /** Import, export, copies of personal data, erasure. */
  isAdmin: boolean;
}

const DESK = new Set(["admin", "receptionist"]);

export function rightsOf(user: User): Rights {
  return {
    isDesk: user.roles.some(({ role }) => DESK.has(role)),
    isAdmin: user.roles.some(({ role, branch_id }) => role === "admin" && !branch_id),
  };
}

export function useRights(): Rights {
  const session = useSession();
  return session.status === "signed-in" ? rightsOf(session.user) : { isDesk: false, isAdmin: false };
}
