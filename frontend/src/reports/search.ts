/** What the addresses of the reports have. */
import { day, flag, oneOf, parser, text } from "@/app/parser";

export const VIEWS = ["day", "month", "branches", "services", "staff", "visits", "owed"] as const;
export type View = (typeof VIEWS)[number];
/** What the chart of a month can show. */
export const MEASURES = ["revenue", "bills", "received", "tips"] as const;
export type Measure = (typeof MEASURES)[number];
export const PRESETS = ["today", "week", "month", "lastMonth"] as const;
export type Preset = (typeof PRESETS)[number];

const month = (given: unknown) => (day(`${given}-01`) === undefined ? undefined : String(given));

/** `all`: all branches at once. `month`: `2026-12`. `period`: one that moves on with today; `first` and `last` are one that
    does not. `measure`: what the chart shows. */
export const parseReportsSearch = parser({
  branch: text,
  report: oneOf(VIEWS),
  all: flag,
  day,
  month,
  period: oneOf(PRESETS),
  first: day,
  last: day,
  measure: oneOf(MEASURES),
});
export type ReportsSearch = ReturnType<typeof parseReportsSearch>;

/** `person`: whose statement is shown. */
export const parseStatementSearch = parser({
  branch: text,
  person: text,
  period: oneOf(PRESETS),
  first: day,
  last: day,
});
export type StatementSearch = ReturnType<typeof parseStatementSearch>;

/** Of a therapist's own statement. */
export const parseEarningsSearch = parser({ month });
