/** The values of the ledger, as people read them. Everything here is pure. */
import type { TFunction } from "i18next";
import type { AuditName } from "@/api/generated";
import type { Language } from "@/app/preferences";
import { dayIn, timeIn } from "@/board/time";
import { dayName, inLanguage, money } from "@/i18n/format";
import { percentOf } from "../percent";

export type Texts = TFunction<"setup">;

export interface Context {
  t: Texts;
  /** The texts that all screens share. */
  common: TFunction;
  language: Language;
  /** What the ids of the ledger are called. */
  names: Readonly<Record<string, AuditName>>;
  /** The zone of this device, for what belongs to no branch. */
  zone: string;
  today: string;
}

export type Values = Readonly<Record<string, unknown>>;

const MASKED = "***";
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** A range of PostgreSQL: a bracket, two bounds, a bracket. */
const RANGE = /^[[(]"?([^",]*)"?,"?([^",]*)"?[\])]$/;
/** Amounts in đồng. */
const MONEY = new Set(["price", "value", "balance"]);
/** Minutes since midnight, which may be after the next one. */
const CLOCK = new Set(["opens", "closes", "starts", "ends"]);

export function nameOf({ names, language }: Context, id: unknown): string | null {
  const name = typeof id === "string" ? names[id] : undefined;
  return name === undefined ? null : inLanguage(name, language);
}

/** Return the word for a column. One that has none is shown as it is. */
export function fieldName({ t }: Context, column: string): string {
  const words: Record<string, string> = t("field", { returnObjects: true });
  return words[column] ?? column.replaceAll("_", " ");
}

/** Return `14:00 Thứ Bảy 28/11`. */
export function momentOf({ common, today }: Context, zone: string, instant: string): string {
  const at = Date.parse(toIso(instant));
  return `${timeIn(zone, at)} ${dayName(common, dayIn(zone, at), today)}`;
}

/** Return `14:00`, with its day where that is another than of `beside`. */
export function timeBeside(context: Context, zone: string, instant: string, beside: string): string {
  const [day, other] = [instant, beside].map((text) => dayIn(zone, Date.parse(toIso(text))));
  return day === other ? timeIn(zone, Date.parse(toIso(instant))) : momentOf(context, zone, instant);
}

/** Return `09:00–18:00 Thứ Bảy 28/11` for a range, with both days where they differ. Whole days have no times. */
export function rangeOf(context: Context, zone: string, range: string): string | null {
  const [, from = "", to = ""] = RANGE.exec(range) ?? [];
  const { common, today, t } = context;
  if (INSTANT.test(from) && INSTANT.test(to)) {
    const [start, end] = [from, to].map((text) => Date.parse(toIso(text))) as [number, number];
    const [first, last] = [start, end - 1].map((at) => dayIn(zone, at)) as [string, string];
    if (timeIn(zone, start) === "00:00" && timeIn(zone, end) === "00:00") return daysOf(context, first, last);
    if (first !== last)
      return t("audit.fromTo", { from: momentOf(context, zone, from), to: momentOf(context, zone, to) });
    return `${timeIn(zone, start)}–${timeIn(zone, end)} ${dayName(common, first, today)}`;
  }
  if (!DAY.test(from)) return null;
  const last = DAY.test(to) ? dayIn("UTC", Date.parse(to) - 1) : from; // the end of a range of days is not in it
  return daysOf(context, from, last);
}

function daysOf({ common, today, t }: Context, first: string, last: string): string {
  const [from, to] = [first, last].map((day) => dayName(common, day, today)) as [string, string];
  return first === last ? from : t("audit.fromTo", { from, to });
}

/** Return a value of a column. `zone`: of the branch to which the row belongs. */
export function shownValue(context: Context, zone: string, column: string, value: unknown): string {
  const { t, common } = context;
  if (value === null || value === undefined || value === "") return t("audit.nothing");
  if (value === MASKED) return t("audit.hidden");
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  if (typeof value === "number") return numberOf(context, column, value);
  if (Array.isArray(value)) {
    if (value.length === 0) return t("audit.nothing");
    return value.map((one) => shownValue(context, zone, column, one)).join(", ");
  }
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, one]) => `${fieldName(context, name)} ${shownValue(context, zone, name, one)}`)
      .join(", ");
  }
  const text = String(value);
  const name = nameOf(context, text);
  if (name !== null) return name;
  if (INSTANT.test(text)) return momentOf(context, zone, text);
  if (DAY.test(text)) return dayName(common, text, context.today);
  const words: Record<string, string> = t("audit.value", { returnObjects: true });
  const statuses: Record<string, string> = common("status", { returnObjects: true });
  return rangeOf(context, zone, text) ?? words[text] ?? statuses[text] ?? text;
}

function numberOf({ t, common, language }: Context, column: string, value: number): string {
  if (MONEY.has(column)) return money(value);
  if (column === "rate") return `${percentOf(value, language)}%`;
  if (CLOCK.has(column)) return clock(value);
  if (column === "minutes" || column.endsWith("_minutes")) return t("minutes", { count: value });
  if (column === "weekday" || column === "weekdays")
    return common("date.weekday", { returnObjects: true })[value % 7] ?? String(value);
  return String(value);
}

function clock(minutes: number): string {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${hour}:${minute}`;
}

/** PostgreSQL writes `2026-11-28 03:00:00+00`. */
function toIso(text: string): string {
  return text.replace(" ", "T").replace(/([+-]\d{2})$/, "$1:00");
}
