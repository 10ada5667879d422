/** The hours of a week: on a day one span or two, each perhaps past midnight. Everything here is pure. */
import type { WeekdayHours } from "@/api/generated";

/** From when to when, as `09:00`. A closing time that is not after the opening time is on the next day. */
export interface Span {
  opens: string;
  closes: string;
}

export interface Hours {
  isOpen: boolean;
  /** In order, at least one. Those of a closed day are what it gets when it is opened. */
  spans: Span[];
}

/** The most spans of a day that are offered: a break at noon makes two. */
export const MOST_SPANS = 2;

const USUAL: Span = { opens: "09:00", closes: "21:00" };
const DAY = 1440;

export function usualHours(isOpen = true): Hours {
  return { isOpen, spans: [{ ...USUAL }] };
}

/** Return Monday to Sunday. */
export function toWeek(hours: readonly WeekdayHours[]): Hours[] {
  return [1, 2, 3, 4, 5, 6, 7].map((weekday) => {
    const spans = hours
      .filter((span) => span.weekday === weekday)
      .map(({ opens, closes }) => ({ opens, closes }));
    return spans.length === 0 ? usualHours(false) : { isOpen: true, spans };
  });
}

export function fromWeek(week: readonly Hours[]): WeekdayHours[] {
  return week.flatMap(({ isOpen, spans }, index) =>
    isOpen ? spans.map((span) => ({ weekday: index + 1, ...span })) : [],
  );
}

/** Return the spans with a second one: after a break of an hour, or, of a day that is open long, on either side of one. */
export function withBreak(spans: readonly Span[]): Span[] {
  const last = spans.at(-1) ?? USUAL;
  const [start, end] = minutesOf(last);
  const pause = Math.floor((start + end) / 120) * 60;
  if (end - start < 180) return [...spans, { opens: clock(end + 60), closes: clock(end + 180) }];
  return [
    ...spans.slice(0, -1),
    { opens: last.opens, closes: clock(pause) },
    { opens: clock(pause + 60), closes: last.closes },
  ];
}

export function isPastMidnight({ opens, closes }: Span): boolean {
  return closes <= opens && closes !== "00:00";
}

/** Return the minutes after midnight of a span; over 1440 is the next day. */
export function minutesOf({ opens, closes }: Span): [start: number, end: number] {
  const [start, end] = [minuteOf(opens), minuteOf(closes)];
  return [start, end <= start ? end + DAY : end];
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

function clock(minutes: number): string {
  const [hour, minute] = [Math.floor((minutes % DAY) / 60), minutes % 60];
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** The minutes that a bar shows: from six in the morning to two in the night. */
const FROM = 6 * 60;
const SHOWN = 20 * 60;

/** Return where a span begins in its bar and how much of it it takes, both from 0 to 1. */
export function barOf(span: Span): { left: number; width: number } {
  const [start, end] = minutesOf(span);
  const left = Math.max(0, (start - FROM) / SHOWN);
  return { left, width: Math.max(0, Math.min(1, (end - FROM) / SHOWN) - left) };
}
