/** Months and periods of reports. A month is `2026-12`, the days of a period are both included. Everything here is pure. */
import { addDays, daysBetween } from "@/board/time";
import type { Preset } from "./search";

export interface Period {
  first: string;
  last: string;
}

/** The most days that a report can be about. */
export const MOST_DAYS = 366;

export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** Return the month that is so many months later. */
export function addMonths(month: string, count: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const months = year * 12 + number - 1 + count;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
}

export function daysOfMonth(month: string): Period {
  return { first: `${month}-01`, last: addDays(`${addMonths(month, 1)}-01`, -1) };
}

/** Return the days of a preset, none of which is still to come. */
export function daysOfPreset(preset: Preset, today: string): Period {
  switch (preset) {
    case "today":
      return { first: today, last: today };
    case "week":
      return { first: addDays(today, -6), last: today };
    case "month":
      return { first: `${monthOf(today)}-01`, last: today };
    case "lastMonth":
      return daysOfMonth(addMonths(monthOf(today), -1));
  }
}

/** What an address says about a period. */
interface Address {
  period?: Preset | undefined;
  first?: string | undefined;
  last?: string | undefined;
}

/** Return the period of an address: by default this month, until today. */
export function periodOf({ period, first, last }: Address, today: string): Period {
  if (period === undefined && first !== undefined && last !== undefined) return { first, last };
  return daysOfPreset(period ?? "month", today);
}

/** Return the period with one end moved, and the other one with it where it would be the wrong way round or too long. */
export function withDay(before: Period, change: Partial<Period>, most: number): Period {
  const period = { ...before, ...change };
  const count = daysBetween(period.first, period.last);
  if (count >= 0 && count < most) return period;
  const distance = count < 0 ? 0 : most - 1;
  return change.first === undefined
    ? { first: addDays(period.last, -distance), last: period.last }
    : { first: period.first, last: addDays(period.first, distance) };
}
