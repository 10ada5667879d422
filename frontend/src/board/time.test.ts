import { describe, expect, it } from "vitest";
import {
  addDays,
  countdown,
  dayIn,
  daysBetween,
  hoursIn,
  instantOf,
  isDay,
  nextHour,
  partsOf,
  spanIn,
  timeIn,
} from "./time";

const HOUR = 3_600_000;

// The tests of this file run in Berlin: nothing may depend on the zone of the device.
describe("the day and the time of the branch (case 7)", () => {
  it("runs on a device in another zone", () => expect(new Date(0).getTimezoneOffset()).toBe(-60));
  it.each([
    ["Asia/Ho_Chi_Minh", "2027-02-06T16:59:00Z", "2027-02-06", "23:59"],
    ["Asia/Ho_Chi_Minh", "2027-02-06T17:00:00Z", "2027-02-07", "00:00"], // still the 6th in Berlin
    ["America/Los_Angeles", "2027-02-06T03:30:00Z", "2027-02-05", "19:30"],
    ["Asia/Kathmandu", "2027-02-06T03:30:00Z", "2027-02-06", "09:15"],
  ])("in %s at %s is %s %s", (zone, instant, day, time) => {
    expect([dayIn(zone, Date.parse(instant)), timeIn(zone, Date.parse(instant))]).toEqual([day, time]);
  });
  it("writes a span with an en dash", () => {
    const start = Date.parse("2027-02-06T02:05:00Z");
    expect(spanIn("Asia/Ho_Chi_Minh", start, start + 90 * 60_000)).toBe("09:05–10:35");
  });
});

describe("full hours", () => {
  const times = (zone: string, start: string, end: string) =>
    hoursIn(zone, Date.parse(start), Date.parse(end)).map((hour) => timeIn(zone, hour));
  it("are 24 on a usual day", () =>
    expect(times("Asia/Ho_Chi_Minh", "2027-02-05T17:00:00Z", "2027-02-06T16:59:00Z")).toHaveLength(24));
  it("leave out the hour that summer time takes", () =>
    expect(times("Europe/Paris", "2027-03-27T23:00:00Z", "2027-03-28T03:00:00Z")).toEqual([
      "00:00",
      "01:00",
      "03:00",
      "04:00",
      "05:00",
    ]));
  it("have the hour twice that comes back in autumn", () =>
    expect(times("Europe/Paris", "2027-10-30T23:00:00Z", "2027-10-31T03:00:00Z")).toEqual([
      "01:00",
      "02:00",
      "02:00",
      "03:00",
      "04:00",
    ]));
  it("are those of the wall clock where the zone is off by 45 minutes", () =>
    expect(times("Asia/Kathmandu", "2027-02-06T03:00:00Z", "2027-02-06T05:00:00Z")).toEqual([
      "09:00",
      "10:00",
    ]));
  it("include the instant itself", () => {
    const nine = Date.parse("2027-02-06T02:00:00Z");
    expect([nextHour("Asia/Ho_Chi_Minh", nine), nextHour("Asia/Ho_Chi_Minh", nine + 1)]).toEqual([
      nine,
      nine + HOUR,
    ]);
  });
});

describe("days", () => {
  it.each([
    ["2027-02-28", 1, "2027-03-01"],
    ["2028-02-28", 1, "2028-02-29"],
    ["2027-01-01", -1, "2026-12-31"],
    ["2027-03-28", 1, "2027-03-29"], // 23 hours in Berlin
  ])("%s and %i is %s", (day, count, expected) => {
    expect(addDays(day, count)).toBe(expected);
    expect(daysBetween(day, expected)).toBe(count);
  });
  it("are dates that exist", () => {
    expect(["2027-02-28", "2027-02-30", "2027-2-3", "", 7, null, "2027-13-01"].map(isDay)).toEqual([
      true,
      ...Array(6).fill(false),
    ]);
  });
  it("know their weekday", () =>
    expect(partsOf("2027-02-06")).toEqual({ year: 2027, month: 2, date: 6, weekday: 6 }));
});

describe("the rest of a hold", () => {
  it.each([
    [272_000, "4:32"],
    [59_001, "1:00"],
    [1, "0:01"],
    [0, "0:00"],
    [-5_000, "0:00"],
  ])("of %i ms is %s", (rest, text) => expect(countdown(rest)).toBe(text));
});

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
