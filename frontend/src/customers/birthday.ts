/** A birthday as people write it, day first, and as the API has it: `1990-12-31`, or `--12-31` without the year. */
import type { TFunction } from "i18next";

const PARTS = /^(\d{1,2})[\s/.-]+(\d{1,2})(?:[\s/.-]+(\d{4}))?$/;
const DIGITS = /^(\d\d)(\d\d)(\d{4})?$/;
const ISO = /^(\d{4}|-)-(\d\d)-(\d\d)$/;
/** A year that has every day on which people are born. */
const LEAP_YEAR = "2000";

/** Return the birthday that a text means, null when it is empty, undefined when it cannot be read. */
export function parseBirthday(text: string): string | null | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const match = PARTS.exec(trimmed) ?? DIGITS.exec(trimmed);
  if (match === null) return undefined;
  const [, day = "", month = "", year] = match;
  const date = `${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isInCalendar(`${year ?? LEAP_YEAR}-${date}`) ? `${year ?? "-"}-${date}` : undefined;
}

function isInCalendar(day: string): boolean {
  const utc = Date.parse(day);
  return !Number.isNaN(utc) && new Date(utc).toISOString().startsWith(day);
}

/** Return the text to edit: `31/12/1990` or `31/12`. */
export function birthdayText(birthday: string | null): string {
  const match = ISO.exec(birthday ?? "");
  if (match === null) return "";
  const [, year, month, day] = match;
  return year === "-" ? `${day}/${month}` : `${day}/${month}/${year}`;
}

/** Return the text to read: `31/12/1990`, or `31 Dec 1990`. */
export function birthdayName(t: TFunction, birthday: string): string {
  const [, year = "", month = "", day = ""] = ISO.exec(birthday) ?? [];
  const names = t("date.month", { returnObjects: true });
  const values = { day: Number(day), month: names[Number(month) - 1] ?? "", year };
  return year === "-" ? t("customers.birthdayWithoutYear", values) : t("customers.birthdayWithYear", values);
}
