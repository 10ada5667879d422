import { describe, expect, it } from "vitest";
import { endAfter, weekdayOf } from "./away";

it.each([
  ["2027-02-01", 1],
  ["2027-02-07", 7],
])("%s is weekday %i", (day, weekday) => expect(weekdayOf(day)).toBe(weekday));

describe("the end of a time whose start is moved", () => {
  it.each([
    ["13:00", "12:00", "13:00", "14:00", "past the end"],
    ["15:30", "12:00", "12:45", "16:15", "far past the end"],
    ["12:30", "12:00", "13:00", "13:00", "before the end"],
    ["23:30", "12:00", "13:00", "00:30", "to the next day"],
    ["23:30", "22:00", "02:00", "02:00", "of a night"],
    ["", "12:00", "13:00", "13:00", "while it is typed"],
  ])("%s instead of %s–%s: %s, %s", (next, starts, ends, end) =>
    expect(endAfter(next, starts, ends)).toBe(end),
  );
});
