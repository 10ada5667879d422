/** How reports write months, days, short amounts, shares and lengths. */
import type { TFunction } from "i18next";
import { partsOf } from "@/board/time";
import { currentLanguage } from "@/i18n";
import { grouped, shortDayName } from "@/i18n/format";
import { monthOf, type Period } from "./period";

/** Return `Tháng 12/2026`, or `Dec 2026`. */
export function monthName(t: TFunction, month: string): string {
  const { year, month: number } = partsOf(`${month}-01`);
  const names = t("date.month", { returnObjects: true });
  return t("reports.monthName", { month: names[number - 1] ?? "", year });
}

/** Return `1–7/12`, `28/11 – 4/12`, or one day alone. */
export function periodName(t: TFunction, { first, last }: Period): string {
  const [from, to] = [shortDayName(t, first), shortDayName(t, last)];
  if (first === last) return from;
  return monthOf(first) === monthOf(last)
    ? t("reports.daysOfMonth", { first: partsOf(first).date, last: to })
    : t("reports.days", { first: from, last: to });
}

/** Return a number with at most one decimal, as `12,5` or in English `12.5`. */
export function decimal(value: number): string {
  const tenths = Math.round(Math.abs(value) * 10);
  const part = tenths % 10 === 0 ? "" : `${currentLanguage() === "vi" ? "," : "."}${tenths % 10}`;
  return `${value < 0 && tenths > 0 ? "−" : ""}${grouped(Math.floor(tenths / 10))}${part}`;
}

const UNITS = [
  { name: "reports.billions", least: 1_000_000_000 },
  { name: "reports.millions", least: 1_000_000 },
  { name: "reports.thousands", least: 1_000 },
] as const;

/** Return `1,5 tr` for 1.500.000: for the side of a chart. */
export function shortAmount(t: TFunction, amount: number): string {
  const unit = UNITS.find(({ least }) => Math.abs(amount) >= least);
  return unit === undefined ? decimal(amount) : t(unit.name, { value: decimal(amount / unit.least) });
}

/** Return `1,5 tiếng` for 90 minutes. */
export function hours(t: TFunction, minutes: number): string {
  return t("reports.hours", { value: decimal(minutes / 60) });
}
