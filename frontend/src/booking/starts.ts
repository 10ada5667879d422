/** The free starts of a day: which are shown, in what groups, and which is chosen. Pure. */
import { HOUR, MINUTE, timeIn } from "@/board/time";

/** The API gives the desk starts in steps of five minutes. */
const STEP = 5 * MINUTE;
/** The steps of an empty place of the board. */
export const PLACE_STEP = 15 * MINUTE;
/** The API takes a walk-in that was not written down for so long. */
const WRITABLE_FOR = 7 * 24 * HOUR;

export type DayPart = "morning" | "afternoon" | "evening";

/** Return whether a place of the board is over, and who came then can still be written down. */
export function isPast(start: number, now: number): boolean {
  return start + PLACE_STEP <= now && now - start < WRITABLE_FOR;
}

/** Return the start that is nearest to the wanted instant, the earlier of two; without one, the first. */
export function nearestStart(starts: string[], wanted: number | null): string | null {
  if (wanted === null) return starts[0] ?? null;
  let nearest: string | null = null;
  for (const start of starts) {
    if (nearest === null || distance(start, wanted) < distance(nearest, wanted)) nearest = start;
  }
  return nearest;
}

function distance(start: string, wanted: number): number {
  return Math.abs(Date.parse(start) - wanted);
}

/** Return the starts that are worth a button: those on the grid of the branch, the first of each free stretch, and the
    chosen one. */
export function shownStarts(
  starts: string[],
  gridMinutes: number,
  zone: string,
  chosen: string | null,
): string[] {
  return starts.filter((start, index) => {
    const instant = Date.parse(start);
    const before = starts[index - 1];
    const isFirst = before === undefined || instant - Date.parse(before) > STEP;
    return start === chosen || isFirst || minutesOf(zone, instant) % gridMinutes === 0;
  });
}

function minutesOf(zone: string, instant: number): number {
  const [hour = 0, minute = 0] = timeIn(zone, instant).split(":").map(Number);
  return hour * 60 + minute;
}

/** Return the starts by part of the day, without empty parts. */
export function byDayPart(starts: string[], zone: string): [DayPart, string[]][] {
  const parts: Record<DayPart, string[]> = { morning: [], afternoon: [], evening: [] };
  for (const start of starts) {
    const minutes = minutesOf(zone, Date.parse(start));
    const part = minutes < 12 * 60 ? "morning" : minutes < 17 * 60 ? "afternoon" : "evening";
    parts[part].push(start);
  }
  return (Object.entries(parts) as [DayPart, string[]][]).filter(([, list]) => list.length > 0);
}
