import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { dayName, relativeDayName } from "@/i18n/format";

/** Return what writes an instant as `14:30 · Hôm nay`, by the clock of a branch. */
export function useMoment({ time_zone }: BranchRead): (instant: string) => string {
  const { t } = useTranslation();
  const today = dayIn(time_zone, Date.now());
  return (instant) => {
    const at = Date.parse(instant);
    const day = dayIn(time_zone, at);
    return `${timeIn(time_zone, at)} · ${relativeDayName(t, day, today) ?? dayName(t, day, today)}`;
  };
}
