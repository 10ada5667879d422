/** Dates as a person at this branch reads them. */
import { useTranslation } from "react-i18next";
import { dayIn } from "@/board/time";
import { dayName, relativeDayName } from "@/i18n/format";
import { useBranch } from "@/shell/branches";

/** Return how to show an instant as a date: in the zone of the branch that is shown, or in one that is given. */
export function useMoments(): {
  dateOf: (instant: string, zone?: string) => string;
  /** The same, with `Hôm nay` and `Ngày mai` before it. */
  nearDateOf: (instant: string, zone?: string) => string;
} {
  const { t } = useTranslation();
  const home = useBranch()?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = (instant: string, zone: string): [string, string | null] => {
    const [day, today] = [dayIn(zone, Date.parse(instant)), dayIn(zone, Date.now())];
    return [dayName(t, day, today), relativeDayName(t, day, today)];
  };
  return {
    dateOf: (instant, zone = home) => names(instant, zone)[0],
    nearDateOf: (instant, zone = home) => {
      const [date, relative] = names(instant, zone);
      return relative === null ? date : `${relative}, ${date}`;
    },
  };
}
