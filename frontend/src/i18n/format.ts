/** Dates, names and money as people in Vietnam and abroad write them. Everything here is pure. */
import type { TFunction } from "i18next";
import type { Language } from "@/app/preferences";
import { daysBetween, partsOf } from "@/board/time";

/** Return `Thứ Bảy 28/11` or `Saturday 28 Nov`, with the year when it is not that of today. */
export function dayName(t: TFunction, day: string, today: string): string {
  const { year, month, date, weekday } = partsOf(day);
  const names = t("date.weekday", { returnObjects: true });
  const months = t("date.month", { returnObjects: true });
  const values = { weekday: names[weekday] ?? "", day: date, month: months[month - 1] ?? "", year };
  return day.slice(0, 4) === today.slice(0, 4) ? t("date.long", values) : t("date.withYear", values);
}

/** Return `6/12`, or `6 Dec`. */
export function shortDayName(t: TFunction, day: string): string {
  const { month, date } = partsOf(day);
  return t("date.short", { day: date, month: t("date.month", { returnObjects: true })[month - 1] ?? "" });
}

/** Return `Hôm nay`, `Ngày mai` or `Hôm qua`, or null for any other day. */
export function relativeDayName(t: TFunction, day: string, today: string): string | null {
  switch (daysBetween(today, day)) {
    case 0:
      return t("date.today");
    case 1:
      return t("date.tomorrow");
    case -1:
      return t("date.yesterday");
    default:
      return null;
  }
}

/** Return `90 phút`, and from two hours on `2 tiếng 30 phút`. */
export function lengthOf(t: TFunction, minutes: number): string {
  if (minutes < 120) return t("time.minutes", { count: minutes });
  const [count, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? t("time.hours", { count }) : t("time.hoursAndMinutes", { count, minutes: rest });
}

/**
 * Return the last two words of a Vietnamese name, and any other name whole: of María del Carmen the end says little.
 *
 * The given name of one word alone is often a pronoun, such as Anh.
 */
export function shortName(fullName: string): string {
  const words = fullName.trim().split(/\s+/);
  return (words.every(isSyllable) ? words.slice(-2) : words).join(" ");
}

const SYLLABLE =
  /^(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?$/;

/** Return whether Vietnamese may have such a word, by the rule of the API (`person_name`). */
function isSyllable(word: string): boolean {
  return SYLLABLE.test(word.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/\p{M}/gu, ""));
}

/** Return `450.000đ`. */
export function money(amount: number): string {
  return `${grouped(amount)}đ`;
}

/** Return `1.250`. */
export function grouped(count: number): string {
  const digits = String(Math.abs(count)).replace(/\B(?=(\d{3})+$)/g, ".");
  return `${count < 0 ? "−" : ""}${digits}`;
}

/** The parts of numbers in E.164, and what they begin with. The pages of guests write them alike (`pages/format.py`). */
const PHONES = [
  { parts: /^\+84(2[48])(\d{4})(\d{4})$/, start: "0" }, // Hà Nội and Ho Chi Minh City
  { parts: /^\+84(2\d\d)(\d{4})(\d{3})$/, start: "0" }, // the other provinces
  { parts: /^\+84(\d{3})(\d{3})(\d{3})$/, start: "0" },
  { parts: /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, start: "+33\u00a0" },
];

/** Return `0912 345 678` or `028 3822 1234` for a Vietnamese number in E.164, `+33 1 99 00 12 34` for a French one, and others
    as they are. */
export function phoneNumber(e164: string): string {
  for (const { parts, start } of PHONES) {
    const found = parts.exec(e164);
    if (found !== null) return start + found.slice(1).join("\u00a0");
  }
  return e164;
}

/** Return a text of the API in the language of the screen. */
export function inLanguage(text: { vi: string; en: string }, language: Language): string {
  return language === "en" ? text.en : text.vi;
}
