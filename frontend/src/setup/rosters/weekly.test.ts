import { expect, it } from "vitest";
import { minutesPerWeek, nextTimes } from "./weekly";

const shift = (weekday: number, starts: string, ends: string) => ({ branch_id: "b", weekday, starts, ends });
const hours = [1, 2, 3].map((weekday) => ({ weekday, opens: "08:00", closes: "21:00" }));

it("sums the hours of a week, also past midnight", () => {
  expect(minutesPerWeek([shift(1, "09:00", "12:30"), shift(2, "20:00", "02:00")])).toBe(9.5 * 60);
  expect(minutesPerWeek([shift(1, "18:00", "24:00"), shift(2, "18:00", "00:00")])).toBe(12 * 60);
});

it("offers the opening hours, and then the times of the day before", () => {
  expect(nextTimes(1, [], hours)).toEqual({ starts: "08:00", ends: "21:00" });
  expect(nextTimes(7, [], hours)).toEqual({ starts: "09:00", ends: "18:00" });
  const shifts = [shift(1, "09:00", "17:00"), shift(2, "10:00", "18:00"), shift(5, "12:00", "20:00")];
  expect(nextTimes(3, shifts, hours)).toEqual({ starts: "10:00", ends: "18:00" });
});

it("offers no time at which the branch is closed", () => {
  const shifts = [shift(1, "07:00", "22:00"), shift(2, "18:00", "02:00")];
  expect(nextTimes(2, shifts.slice(0, 1), hours)).toEqual({ starts: "08:00", ends: "21:00" });
  expect(nextTimes(3, shifts, hours)).toEqual({ starts: "18:00", ends: "21:00" });
  expect(nextTimes(3, [shift(1, "22:00", "02:00")], hours)).toEqual({ starts: "08:00", ends: "21:00" });
  const late = [{ weekday: 3, opens: "16:00", closes: "03:00" }];
  expect(nextTimes(3, shifts, late)).toEqual({ starts: "18:00", ends: "02:00" });
});

it("offers a second shift from after a break until the branch closes", () => {
  expect(nextTimes(1, [shift(1, "09:00", "13:00")], hours)).toEqual({ starts: "14:00", ends: "21:00" });
  expect(nextTimes(1, [shift(1, "09:00", "22:30")], hours)).toEqual({ starts: "23:00", ends: "00:00" });
});
