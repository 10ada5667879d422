/** Where a user begins. Pure. */
import type { User } from "@/api/session";

const DESK = new Set(["admin", "receptionist"]);

export function worksAtDesk({ roles }: User): boolean {
  return roles.some(({ role }) => DESK.has(role));
}

export function isTherapist({ roles }: User): boolean {
  return roles.some(({ role }) => role === "therapist");
}

/** Return the page that follows the sign-in: the board, or the own day of a therapist who does not work at the desk. */
export function homeOf(user: User): "/desk/board" | "/me" {
  return isTherapist(user) && !worksAtDesk(user) ? "/me" : "/desk/board";
}
