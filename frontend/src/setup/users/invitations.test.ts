import { expect, it } from "vitest";
import type { InvitationRead } from "@/api/generated";
import { linksIn, openInvitations } from "./invitations";

const invitation = (id: string, user_id: string, state: InvitationRead["state"]): InvitationRead => ({
  id,
  user_id,
  state,
  email: `${user_id}@example.com`,
  roles: [{ role: "therapist", branch_id: null }],
  expires_at: "2026-12-03T09:00:00Z",
  sent_at: null,
  delivery_failed_at: null,
  created_at: "2026-11-30T09:00:00Z",
});

it("an invitation is open until its person joins, or a newer one takes its place", () => {
  const all = [
    invitation("4", "mai", "pending"),
    invitation("3", "lan", "accepted"),
    invitation("2", "lan", "expired"),
    invitation("1", "mai", "withdrawn"),
    invitation("0", "hoa", "expired"),
  ];
  expect(openInvitations(all).map(({ id }) => id)).toEqual(["4", "0"]);
});

it("of the links that were mailed to a person, the newest of each kind is shown", () => {
  const mail = (to: string, body: string, at: string) => ({ to, subject: "", body, at });
  const links = linksIn([
    mail("mai@example.com", "Open:\n\nhttp://localhost:3000/desk/join#new-_1\n\nBye", "2026-11-30T10:00:00Z"),
    mail("mai@example.com", "http://localhost:3000/desk/join#old", "2026-11-30T09:00:00Z"),
    mail("mai@example.com", "https://spa.example/desk/password#a.b-c", "2026-11-30T08:00:00Z"),
    mail("lan@example.com", "New roles", "2026-11-30T07:00:00Z"),
  ]);
  expect(links.map(({ to, path, kind }) => [to, path, kind])).toEqual([
    ["mai@example.com", "/desk/join#new-_1", "join"],
    ["mai@example.com", "/desk/password#a.b-c", "password"],
  ]);
});
