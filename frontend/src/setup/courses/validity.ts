import { useTranslation } from "react-i18next";

/** Terms that are chosen by one press, in days. */
export const TERMS = [90, 180, 365] as const;

/** Return what says for how long a course is valid. */
export function useValidity(): (days: number | null) => string {
  const { t } = useTranslation("setup");
  return (days) => {
    if (days === null) return t("courses.noEnd");
    if (days === 365) return t("courses.year");
    return days % 30 === 0 ? t("courses.months", { count: days / 30 }) : t("courses.days", { count: days });
  };
}
