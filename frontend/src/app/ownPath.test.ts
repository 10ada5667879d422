import { expect, it } from "vitest";
import { isOwnPath } from "./ownPath";

it.each([
  "/desk",
  "/desk/board",
  "/desk/board?day=2027-02-06&view=rooms",
  "/desk?x=1",
  "/me",
  "/me/leave",
  "/setup",
  "/setup/file",
])("%s is", (path) => expect(isOwnPath(path)).toBe(true));
it.each([
  "//evil.example",
  "https://evil.example/desk",
  "/desk\\..\\x",
  "javascript:alert(1)",
  "/desk/sign-in",
  "/deskx",
  "/menu",
  "/me/sign-in",
  "/setups",
  "",
  7,
  null,
])("%s is not", (path) => expect(isOwnPath(path)).toBe(false));
