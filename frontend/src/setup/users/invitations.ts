/** Invitations that still need somebody, and the mails that a server without a mail server shows. Everything here is pure. */
import type { InvitationRead, ShownMailRead } from "@/api/generated";

/** Return the invitations that are not accepted, of each person the newest. `invitations`: newest first. */
export function openInvitations(invitations: readonly InvitationRead[]): InvitationRead[] {
  const newest = new Map<string, InvitationRead>();
  for (const invitation of invitations) {
    if (!newest.has(invitation.user_id)) newest.set(invitation.user_id, invitation);
  }
  return [...newest.values()].filter(({ state }) => state === "pending" || state === "expired");
}

export interface MailLink {
  to: string;
  /** The page of this server to which the link leads, with its secret. */
  path: string;
  kind: "join" | "password";
  at: string;
}

/** Return the links of mails, of each person and kind the newest: it is the only one that works. `mails`: newest first.

    What stands before the path is `PUBLIC_URL`, which nobody sets on a machine for trying things out. */
export function linksIn(mails: readonly ShownMailRead[]): MailLink[] {
  const links = new Map<string, MailLink>();
  for (const { to, body, at } of mails) {
    const found = /\/desk\/(join|password)#\S+/.exec(body);
    if (found === null) continue;
    const kind = found[1] === "join" ? "join" : "password";
    const key = `${kind} ${to}`;
    if (!links.has(key)) links.set(key, { to, path: found[0], kind, at });
  }
  return [...links.values()];
}
