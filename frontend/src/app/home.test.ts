import { expect, it } from "vitest";
import { homeOf } from "./home";

it.each([
  [["therapist"], "/me"],
  [["therapist", "receptionist"], "/desk/board"],
  [["admin"], "/desk/board"],
  [["customer"], "/desk/board"], // which says that the account works nowhere
  [[], "/desk/board"],
])("who is %j begins at %s", (roles, path) =>
  expect(homeOf({ id: "u", full_name: "", roles: roles.map((role) => ({ role })) })).toBe(path),
);
