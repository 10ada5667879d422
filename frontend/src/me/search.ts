/** What the address of a therapist's day says. */
import { isDay } from "@/board/time";

export interface DaySearch {
  /** Without it: today. */
  day?: string | undefined;
}

export function parseDaySearch(search: Record<string, unknown>): DaySearch {
  return { day: isDay(search.day) ? search.day : undefined };
}
