import { describe, expect, it } from "vitest";
import { comingHolidays, countDays, split } from "./special";

const days = (first_day: string, last_day = first_day) => ({ first_day, last_day, reason: "", hours: [] });
const saved = (first_day: string, last_day = first_day) => ({ ...days(first_day, last_day), id: first_day });

describe("special hours", () => {
  it("are to come until their last day is over, the next one first", () => {
    const all = [saved("2027-02-06", "2027-02-09"), saved("2026-11-28", "2026-11-30"), saved("2026-01-01")];
    const { coming, past } = split(all, "2026-11-30");
    expect(coming.map(({ id }) => id)).toEqual(["2026-11-28", "2027-02-06"]);
    expect(past.map(({ id }) => id)).toEqual(["2026-01-01"]);
  });

  it("last from the first day to the end of the last", () =>
    expect(countDays(days("2027-02-06", "2027-02-09"))).toBe(4));
});

it("suggests a holiday of two years once, and none that is over", () => {
  const newYear = days("2027-01-01");
  expect(comingHolidays([[days("2026-09-02"), newYear], [newYear]], "2026-11-30")).toEqual([newYear]);
});
