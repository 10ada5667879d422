/** Dates of courses as numbers, by the clock of the branch that is shown. */
import { useTranslation } from "react-i18next";
import { dayIn, partsOf, timeIn } from "@/board/time";
import { useBranch } from "@/shell/branches";

export function useDates() {
  const { t } = useTranslation();
  const zone = useBranch()?.time_zone ?? "Asia/Ho_Chi_Minh";
  const months = t("date.month", { returnObjects: true });
  const dateOf = (day: string) => {
    const { year, month, date } = partsOf(day);
    return t("courses.date", { day: date, month: months[month - 1] ?? "", year });
  };
  return {
    today: dayIn(zone, Date.now()),
    /** `31/12/2026`, or `31 Dec 2026`. */
    dateOf,
    momentOf: (instant: string) => {
      const at = Date.parse(instant);
      return `${dateOf(dayIn(zone, at))} ${timeIn(zone, at)}`;
    },
  };
}
