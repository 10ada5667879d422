import { describe, expect, it } from "vitest";
import { endAfter, instantOf, weekdayOf } from "./away";

describe("the instant of a wall-clock time", () => {
  it.each([
    ["Asia/Ho_Chi_Minh", "2027-02-06", "09:30", "2027-02-06T02:30:00Z"],
    ["Asia/Ho_Chi_Minh", "2027-02-06", "00:00", "2027-02-05T17:00:00Z"],
    ["Europe/Paris", "2027-03-28", "01:30", "2027-03-28T00:30:00Z"],
    ["Europe/Paris", "2027-03-28", "03:30", "2027-03-28T01:30:00Z"],
    ["Europe/Paris", "2027-10-31", "12:00", "2027-10-31T11:00:00Z"],
  ])("in %s on %s at %s", (zone, day, time, instant) =>
    expect(new Date(instantOf(zone, day, time)).toISOString()).toBe(instant.replace("Z", ".000Z")),
  );

  it("is an hour later when the clock skips it", () =>
    expect(new Date(instantOf("Europe/Paris", "2027-03-28", "02:30")).toISOString()).toBe(
      "2027-03-28T01:30:00.000Z",
    ));

  it("is the first one when the clock shows it twice", () =>
    expect(new Date(instantOf("Europe/Paris", "2027-10-31", "02:30")).toISOString()).toBe(
      "2027-10-31T00:30:00.000Z",
    ));
});

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
