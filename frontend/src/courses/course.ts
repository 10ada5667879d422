/** What a course of a customer has left. Pure. */
import type { CustomerCourseRead } from "@/api/generated";
import { daysBetween } from "@/board/time";

/** In the order in which a card is punched: what is gone, what is promised, what is left, and what was taken off it. */
export const STATES = ["used", "reserved", "free", "expired", "moved", "refunded"] as const;
export type SessionState = (typeof STATES)[number];

type Counts = Pick<CustomerCourseRead, SessionState>;

/** Return the state of each session, one mark after another. */
export function marksOf(course: Counts): SessionState[] {
  return STATES.flatMap((state) => Array<SessionState>(course[state]).fill(state));
}

/** Return the states that some session has, with the number of such sessions, but for what is free. */
export function countsBeside(course: Counts): { state: Exclude<SessionState, "free">; count: number }[] {
  return STATES.filter((state) => state !== "free")
    .filter((state) => course[state] > 0)
    .map((state) => ({ state, count: course[state] }));
}

/** Return whether anything of a course can still be used, or is about to be. */
export function isLive({ free, reserved }: Counts): boolean {
  return free + reserved > 0;
}

/** From so many days before its end on, a course says that it ends soon. */
const SOON = 14;

export type Ending = { kind: "never" } | { kind: "over" | "soon" | "later"; day: string; left: number };

export function endingOf({ expires_on }: Pick<CustomerCourseRead, "expires_on">, today: string): Ending {
  if (expires_on === null) return { kind: "never" };
  const left = daysBetween(today, expires_on);
  return { kind: left < 0 ? "over" : left <= SOON ? "soon" : "later", day: expires_on, left };
}

/** Return the courses with something left first, those that end first before the others; then the rest, the newest first. */
export function inOrder(courses: CustomerCourseRead[]): {
  live: CustomerCourseRead[];
  past: CustomerCourseRead[];
} {
  const endOf = ({ expires_on }: CustomerCourseRead) => expires_on ?? "9999-12-31";
  return {
    live: courses.filter(isLive).sort((a, b) => endOf(a).localeCompare(endOf(b))),
    past: courses.filter((course) => !isLive(course)),
  };
}
