/** Times in which a therapist, a bed or a device is not there. Pure. */
import type { BlockReason, BoardBlockedTime, BoardRead } from "@/api/generated";
import { dayIn, HOUR, instantOf, MINUTE } from "@/board/time";

export interface Away {
  kind: "blocked" | "leave" | "outage";
  resourceId: string;
  name: string;
  /** The time that is there already; without it a new one is made. */
  existing?: { id: string; start: number; end: number; text: string; reason?: BlockReason; day?: string };
}

/** Return all times of a day in which somebody or something is not there. */
export function awaysOf(board: BoardRead): Away[] {
  const people = board.people.flatMap(({ id: resourceId, name, leave, blocked }) => [
    ...leave.map((one): Away => ({ kind: "leave", resourceId, name, existing: existing(one, "") })),
    ...blocked.map((one): Away => blockedAway(resourceId, name, one)),
  ]);
  const equipment = board.rooms.flatMap((room) =>
    room.equipment.flatMap(({ id: resourceId, name, outages, blocked }) => [
      ...outages.map(
        (one): Away => ({ kind: "outage", resourceId, name, existing: existing(one, one.reason) }),
      ),
      ...blocked.map((one): Away => blockedAway(resourceId, name, one)),
    ]),
  );
  return [...people, ...equipment];
}

function blockedAway(resourceId: string, name: string, blocked: BoardBlockedTime): Away {
  const { reason, note, day } = blocked;
  return { kind: "blocked", resourceId, name, existing: { ...existing(blocked, note), reason, day } };
}

function existing({ id, start, end }: { id: string; start: string; end: string }, text: string) {
  return { id, start: Date.parse(start), end: Date.parse(end), text };
}

/** Return the times that a new one begins with: from the next quarter of an hour, or from noon of another day. */
export function firstTimes(board: BoardRead, now: number): { start: number; end: number } {
  const isToday = dayIn(board.time_zone, now) === board.day;
  const start = isToday
    ? Math.ceil(now / (15 * MINUTE)) * 15 * MINUTE
    : instantOf(board.time_zone, board.day, "12:00");
  return { start, end: start + HOUR };
}

/** Return the weekday of a day: 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(Date.parse(day)).getUTCDay() || 7;
}

/** Return when a time ends that now starts at `next`: as before, or, where the start has passed the end, as long as it was. */
export function endAfter(next: string, starts: string, ends: string): string {
  const [from, to] = [minutesOf(starts), minutesOf(ends)];
  if (!(from < to && minutesOf(next) >= to)) return ends;
  const end = (minutesOf(next) + to - from) % DAY;
  return [Math.floor(end / 60), end % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

const DAY = 24 * 60;

/** Return the minutes since midnight; not a number: nothing is typed. */
function minutesOf(time: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
