/** Special hours and suggested holidays of a branch. Everything here is pure. */
import type { TFunction } from "i18next";
import type { SpecialHoursCreate, SpecialHoursRead } from "@/api/generated";
import { daysBetween, partsOf } from "@/board/time";
import { dayName, shortDayName } from "@/i18n/format";

export type Days = Pick<SpecialHoursRead, "first_day" | "last_day">;

/** Return the special hours that are not over, and those that are, the latest first. */
export function split(
  special: readonly SpecialHoursRead[],
  today: string,
): { coming: SpecialHoursRead[]; past: SpecialHoursRead[] } {
  const sorted = [...special].sort((one, other) => one.first_day.localeCompare(other.first_day));
  return {
    coming: sorted.filter(({ last_day }) => last_day >= today),
    past: sorted.filter(({ last_day }) => last_day < today).reverse(),
  };
}

/** Return the suggestions of two years that are not over. Days around New Year may be in both. */
export function comingHolidays(years: readonly SpecialHoursCreate[][], today: string): SpecialHoursCreate[] {
  const all = years.flat().filter(({ last_day }) => last_day >= today);
  return [...new Map(all.map((holiday) => [holiday.first_day, holiday])).values()];
}

/** Return `Thứ Sáu 5/2`, or `5/2 – 9/2/2027` of several days: the year where it is another than that of today. */
export function daysText(t: TFunction, { first_day, last_day }: Days, today: string): string {
  if (first_day === last_day) return dayName(t, first_day, today);
  const year = partsOf(last_day).year;
  const last = shortDayName(t, last_day);
  const end = year === partsOf(today).year ? last : t("date.shortWithYear", { day: last, year });
  return `${shortDayName(t, first_day)} – ${end}`;
}

export function countDays({ first_day, last_day }: Days): number {
  return daysBetween(first_day, last_day) + 1;
}
