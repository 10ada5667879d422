/** From when to when a shift is, and how long that is. */
import { useTranslation } from "react-i18next";
import { Time } from "../parts";
import { type ClockTimes, minutesOf, spanOfShift } from "./week";
import { hoursText } from "./words";

interface Props {
  zone: string;
  day: string;
  times: ClockTimes;
  onChange: (times: ClockTimes) => void;
}

export function ShiftTimes({ zone, day, times, onChange }: Props) {
  const { t } = useTranslation("setup");
  const isNextDay = times.ends <= times.starts;
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{t("rosters.times")}</legend>
      <div className="flex flex-wrap items-center gap-2">
        <Time
          label={t("rosters.from")}
          value={times.starts}
          onChange={(starts) => onChange({ ...times, starts })}
        />
        <span aria-hidden>–</span>
        <Time label={t("rosters.to")} value={times.ends} onChange={(ends) => onChange({ ...times, ends })} />
        <output className="tabular text-muted">
          {hoursText(t, minutesOf([spanOfShift(zone, day, times)]))}
          {isNextDay && ` · ${t("rosters.nextDay")}`}
        </output>
      </div>
    </fieldset>
  );
}
