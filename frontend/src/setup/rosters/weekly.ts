/** Shifts of every week, by the clock. Pure. */
import type { WeekdayHours, WeeklyShiftTimes } from "@/api/generated";
import type { ClockTimes } from "./week";

const DAY = 24 * 60;
const HOUR = 60;

/** Return the minutes at work in a week in which no clock changes. */
export function minutesPerWeek(shifts: readonly ClockTimes[]): number {
  return shifts.reduce((sum, { starts, ends }) => sum + lengthOf(minutesOf(starts), minutesOf(ends)), 0);
}

/** Return the times that a new weekly shift begins with. The first of a day: those of the day before in the week that has some,
    while the branch is open; else the opening hours. A second one: from an hour after the first until the branch closes. */
export function nextTimes(
  weekday: number,
  shifts: readonly WeeklyShiftTimes[],
  hours: readonly WeekdayHours[],
): ClockTimes {
  const opening = hours.filter((span) => span.weekday === weekday);
  const last = shifts.filter((shift) => shift.weekday === weekday).at(-1);
  if (last !== undefined) {
    const starts = Math.min(minutesOf(last.ends) + HOUR, DAY - HOUR);
    const closes = minutesOf(opening.at(-1)?.closes ?? "");
    return { starts: text(starts), ends: text(closes > starts ? closes : Math.min(starts + 4 * HOUR, DAY)) };
  }
  const before = shifts.filter((shift) => shift.weekday < weekday).sort((a, b) => b.weekday - a.weekday)[0];
  const [opens, closes] = [opening[0]?.opens, opening.at(-1)?.closes];
  if (before === undefined) return { starts: opens ?? "09:00", ends: closes ?? "18:00" };
  if (opens === undefined || closes === undefined) return { starts: before.starts, ends: before.ends };
  const starts = Math.max(minutesOf(before.starts), minutesOf(opens));
  const ends = Math.min(endOf(before), endOf({ starts: opens, ends: closes }));
  return starts < ends ? { starts: text(starts), ends: text(ends) } : { starts: opens, ends: closes };
}

/** Return the minutes from the midnight before a span to its end, which may be after the next midnight. */
function endOf({ starts, ends }: ClockTimes): number {
  return minutesOf(starts) + lengthOf(minutesOf(starts), minutesOf(ends));
}

function lengthOf(starts: number, ends: number): number {
  return ends > starts ? ends - starts : ends + DAY - starts;
}

/** Return the minutes since midnight; not a number: there is no time. */
function minutesOf(time: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = time.split(":").map(Number);
  return hours * HOUR + minutes;
}

function text(minutes: number): string {
  return [Math.floor(minutes / HOUR) % 24, minutes % HOUR]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
