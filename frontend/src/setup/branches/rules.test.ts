import { expect, it } from "vitest";
import { choicesOf, unitOf } from "./rules";

it("offers what is saved among the usual choices, in order", () => {
  expect(choicesOf("hold_minutes", 12)).toEqual([3, 5, 10, 12, 15, 20, 30, 45, 60]);
  expect(choicesOf("grid_minutes", 15)).toEqual([5, 10, 15, 20, 30, 60]);
});

it("tells whole days as days", () => {
  expect(unitOf("notice_minutes", 2880)).toEqual({ unit: "days", count: 2 });
  expect(unitOf("notice_minutes", 720)).toEqual({ unit: "minutes", count: 720 });
  expect(unitOf("notice_minutes", 0)).toEqual({ unit: "minutes", count: 0 });
  expect(unitOf("horizon_days", 60)).toEqual({ unit: "days", count: 60 });
});
