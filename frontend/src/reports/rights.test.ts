import { expect, test } from "vitest";
import { sees } from "./rights";
import { VIEWS } from "./search";

const NOBODY = { isDesk: false, isAdmin: false, isSpaAdmin: false };
const viewsOf = (rights: Partial<typeof NOBODY>) =>
  VIEWS.filter((view) => sees({ ...NOBODY, ...rights }, view));

test("a receptionist sees the day, a branch's administrator all of the branch, the owner the branches as well", () => {
  expect(viewsOf({})).toEqual([]);
  expect(viewsOf({ isDesk: true })).toEqual(["day"]);
  expect(viewsOf({ isDesk: true, isAdmin: true })).toEqual(VIEWS.filter((view) => view !== "branches"));
  expect(viewsOf({ isDesk: true, isAdmin: true, isSpaAdmin: true })).toEqual(VIEWS);
});
