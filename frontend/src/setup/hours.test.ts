import { describe, expect, it } from "vitest";
import { barOf, fromWeek, isPastMidnight, toWeek, withBreak } from "./hours";

const span = (opens: string, closes: string) => ({ opens, closes });

describe("a week of hours", () => {
  const hours = [
    { weekday: 1, ...span("09:00", "12:00") },
    { weekday: 1, ...span("13:00", "22:00") },
    { weekday: 6, ...span("10:00", "01:00") },
  ];

  it("has two spans on a day, and closed days", () => {
    const week = toWeek(hours);
    expect(week.map(({ isOpen }) => isOpen)).toEqual([true, false, false, false, false, true, false]);
    expect(week[0]?.spans).toEqual([span("09:00", "12:00"), span("13:00", "22:00")]);
  });

  it("is sent as it came", () => expect(fromWeek(toWeek(hours))).toEqual(hours));
});

describe("a second span", () => {
  it("is made by a break in the middle of a long day", () =>
    expect(withBreak([span("09:00", "21:00")])).toEqual([span("09:00", "15:00"), span("16:00", "21:00")]));

  it("comes an hour after a short one, past midnight too", () => {
    expect(withBreak([span("09:00", "11:00")])).toEqual([span("09:00", "11:00"), span("12:00", "14:00")]);
    expect(withBreak([span("20:00", "22:30")]).at(-1)).toEqual(span("23:30", "01:30"));
  });
});

describe("a bar", () => {
  it("shows the hours from six in the morning to two in the night", () => {
    expect(barOf(span("11:00", "21:00"))).toEqual({ left: 0.25, width: 0.5 });
    expect(barOf(span("16:00", "02:00"))).toEqual({ left: 0.5, width: 0.5 });
    expect(barOf(span("00:00", "24:00"))).toEqual({ left: 0, width: 0.9 });
  });

  it("is empty for hours before it begins", () =>
    expect(barOf(span("02:00", "05:00"))).toEqual({ left: 0, width: 0 }));
});

it("closes past midnight only after it", () => {
  expect(isPastMidnight(span("18:00", "01:00"))).toBe(true);
  expect(isPastMidnight(span("18:00", "24:00"))).toBe(false);
  expect(isPastMidnight(span("18:00", "00:00"))).toBe(false);
});
