/** The two weeks of the date strip. Pure. */
import type { DayUtilization } from "@/api/generated";
import { addDays, partsOf } from "./time";

export const STRIP_DAYS = 14;

/** Return the first day of the two weeks that show a day: a Monday. */
export function firstOfStrip(day: string): string {
  return addDays(day, -((partsOf(day).weekday + 6) % 7));
}

/** Return how full a day is, from 0 to 1. A day with bookings and without shifts is full. */
export function shareOf({ booked_minutes, working_minutes }: DayUtilization): number {
  if (booked_minutes === 0) return 0;
  return working_minutes === 0 ? 1 : Math.min(1, booked_minutes / working_minutes);
}
