/** Days and wall-clock times of a branch, whatever the zone of this device. A day is `YYYY-MM-DD`, an instant is in
    milliseconds since 1970. Everything here is pure. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();
/** Formatting is slow, and the cards of a day have few different times. */
const times = new Map<string, string>();
const MOST_TIMES = 1000;

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

function wallClock(
  zone: string,
  instant: number,
): Record<"year" | "month" | "day" | "hour" | "minute", string> {
  const parts = { year: "", month: "", day: "", hour: "", minute: "" };
  for (const { type, value } of formatOf(zone).formatToParts(instant)) {
    if (type in parts) parts[type as keyof typeof parts] = value;
  }
  return parts;
}

/** Return the date in a zone. */
export function dayIn(zone: string, instant: number): string {
  const { year, month, day } = wallClock(zone, instant);
  return `${year}-${month}-${day}`;
}

/** Return the wall-clock time in a zone, as `09:05`. */
export function timeIn(zone: string, instant: number): string {
  const key = `${zone}/${instant}`;
  let time = times.get(key);
  if (time === undefined) {
    const { hour, minute } = wallClock(zone, instant);
    time = `${hour}:${minute}`;
    if (times.size >= MOST_TIMES) times.clear();
    times.set(key, time);
  }
  return time;
}

/** Return `09:05–10:35`. */
export function spanIn(zone: string, start: number, end: number): string {
  return `${timeIn(zone, start)}–${timeIn(zone, end)}`;
}

/** Return the first full wall-clock hour of a zone at or after an instant. Zones are offset by multiples of 15 minutes. */
export function nextHour(zone: string, instant: number): number {
  const rounded = Math.ceil(instant / (15 * MINUTE)) * 15 * MINUTE;
  for (let step = 0; step < 8; step += 1) {
    const candidate = rounded + step * 15 * MINUTE;
    if (wallClock(zone, candidate).minute === "00") return candidate;
  }
  return rounded;
}

/** Return the full wall-clock hours of a zone from `start` to `end`. A day of 23 or 25 hours has as many. */
export function hoursIn(zone: string, start: number, end: number): number[] {
  const hours: number[] = [];
  for (let hour = nextHour(zone, start); hour <= end; hour = nextHour(zone, hour + MINUTE)) hours.push(hour);
  return hours;
}

/** Return the instant at which the clock of a zone shows a time. What a change of the clock skips is an hour later; what it
    repeats is the first of both. */
export function instantOf(zone: string, day: string, time: string): number {
  const asUtc = Date.parse(`${day}T${time}:00Z`);
  const offsetAt = (instant: number) =>
    Date.parse(`${dayIn(zone, instant)}T${timeIn(zone, instant)}:00Z`) - instant;
  const candidates = [asUtc - 24 * HOUR, asUtc + 24 * HOUR].map((near) => asUtc - offsetAt(near));
  const shown = candidates.filter(
    (instant) => dayIn(zone, instant) === day && timeIn(zone, instant) === time,
  );
  return Math.min(...(shown.length > 0 ? shown : candidates.slice(0, 1)));
}

export function isDay(text: unknown): text is string {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && toDay(Date.parse(text)) === text;
}

function toDay(utc: number): string {
  return Number.isNaN(utc) ? "" : new Date(utc).toISOString().slice(0, 10);
}

/** Return the day that is so many days later. */
export function addDays(day: string, count: number): string {
  return toDay(Date.parse(day) + count * DAY);
}

/** Return how many days after `from` the day `to` is. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

/** Return the numbers of a day: the month from 1, the weekday from 0 for Sunday. */
export function partsOf(day: string): { year: number; month: number; date: number; weekday: number } {
  const utc = new Date(Date.parse(day));
  return {
    year: utc.getUTCFullYear(),
    month: utc.getUTCMonth() + 1,
    date: utc.getUTCDate(),
    weekday: utc.getUTCDay(),
  };
}

/** Return `4:32` for a rest of time, and `0:00` when there is none. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
