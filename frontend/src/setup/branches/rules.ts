/** The rules of bookings that are a number: what can be chosen, and in which unit it is told. Everything here is pure. */

export type Rule =
  | "grid_minutes"
  | "notice_minutes"
  | "horizon_days"
  | "hold_minutes"
  | "free_cancel_minutes"
  | "no_show_minutes";

const HOUR = 60;
const DAY = 24 * HOUR;

const CHOICES: Record<Rule, readonly number[]> = {
  grid_minutes: [5, 10, 15, 20, 30, 60],
  notice_minutes: [
    ...[0, 15, 30, 45, 60, 90],
    ...[2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR),
    ...[1, 2, 3, 7].map((days) => days * DAY),
  ],
  horizon_days: [7, 14, 21, 30, 45, 60, 90, 120, 180, 365],
  hold_minutes: [3, 5, 10, 15, 20, 30, 45, 60],
  free_cancel_minutes: [
    ...[0, 30, 60, 90],
    ...[2, 3, 4, 6, 8, 12, 18].map((hours) => hours * HOUR),
    ...[1, 2, 3, 7].map((days) => days * DAY),
  ],
  no_show_minutes: [5, 10, 15, 20, 30, 45, 60, 90, 120],
};

/** Return what can be chosen, in order, with what is saved among it. */
export function choicesOf(rule: Rule, saved: number): number[] {
  return [...new Set([...CHOICES[rule], saved])].sort((one, other) => one - other);
}

/** Return the number of days, of a rule in days and of whole days in minutes, or of minutes. */
export function unitOf(rule: Rule, value: number): { unit: "days" | "minutes"; count: number } {
  if (rule === "horizon_days") return { unit: "days", count: value };
  if (value > 0 && value % DAY === 0) return { unit: "days", count: value / DAY };
  return { unit: "minutes", count: value };
}
