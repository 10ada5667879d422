import { expect, test } from "vitest";
import { addMonths, daysOfMonth, daysOfPreset, periodOf, withDay } from "./period";
import { periodFor } from "./periodFor";
import { parseReportsSearch } from "./search";

test("months go on over the end of a year", () => {
  expect(addMonths("2026-12", 1)).toBe("2027-01");
  expect(addMonths("2026-01", -1)).toBe("2025-12");
  expect(addMonths("2026-05", -17)).toBe("2024-12");
  expect(daysOfMonth("2028-02")).toEqual({ first: "2028-02-01", last: "2028-02-29" });
});

test("presets end today, and the last month is whole", () => {
  expect(daysOfPreset("week", "2026-12-03")).toEqual({ first: "2026-11-27", last: "2026-12-03" });
  expect(daysOfPreset("month", "2026-12-03")).toEqual({ first: "2026-12-01", last: "2026-12-03" });
  expect(daysOfPreset("lastMonth", "2026-12-03")).toEqual({ first: "2026-11-01", last: "2026-11-30" });
});

test("an address without a period means this month, with two days those", () => {
  expect(periodOf({}, "2026-12-03").first).toBe("2026-12-01");
  expect(periodOf({ first: "2026-01-05", last: "2026-01-09" }, "2026-12-03").first).toBe("2026-01-05");
  expect(periodOf({ period: "today", first: "2026-01-05", last: "2026-01-09" }, "2026-12-03").first).toBe(
    "2026-12-03",
  );
});

test("a day that is moved takes the other one with it", () => {
  const before = { first: "2026-12-01", last: "2026-12-03" };
  expect(withDay(before, { first: "2026-12-10" }, 92)).toEqual({ first: "2026-12-10", last: "2026-12-10" });
  expect(withDay(before, { last: "2026-11-05" }, 92)).toEqual({ first: "2026-11-05", last: "2026-11-05" });
  expect(withDay(before, { first: "2026-01-01" }, 92)).toEqual({ first: "2026-01-01", last: "2026-04-02" });
  expect(withDay(before, { last: "2027-12-03" }, 92)).toEqual({ first: "2027-09-03", last: "2027-12-03" });
  expect(withDay(before, {}, 92)).toEqual(before);
});

test("a period that is too long for a statement is its last days", () => {
  const { query, picker, changes } = periodFor({ first: "2026-01-01", last: "2026-12-01" }, "2026-12-01", 92);
  expect(query).toEqual({ first_day: "2026-09-01", last_day: "2026-12-01" });
  expect(picker.preset).toBeUndefined();
  expect(changes).toBe(true);
  expect(periodFor({ period: "lastMonth" }, "2026-12-01").changes).toBe(false);
});

test("an address has months and days that there are, and nothing else", () => {
  expect(
    parseReportsSearch({ report: "month", month: "2026-12", all: true, day: "2026-02-30" }),
  ).toMatchObject({
    report: "month",
    month: "2026-12",
    all: true,
    day: undefined,
  });
  expect(parseReportsSearch({ report: "everything", month: "2026-13", measure: "x" })).toMatchObject({
    report: undefined,
    month: undefined,
    measure: undefined,
  });
});
