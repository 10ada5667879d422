import type { TFunction } from "i18next";

/** Return `38h` or `38h30` for minutes at work. */
export function hoursText(t: TFunction<"setup">, minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), Math.round(minutes % 60)];
  return rest === 0
    ? t("rosters.hours", { hours })
    : t("rosters.hoursMinutes", { hours, minutes: String(rest).padStart(2, "0") });
}
