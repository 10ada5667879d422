/** The days on which the party can come, and the free starts of the chosen one, or the reason when there is none. */
import { CalendarX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DayRead, ReasonRead } from "@/api/generated";
import { addDays, partsOf, timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { dayName, relativeDayName } from "@/i18n/format";
import { DAYS } from "./queries";
import { byDayPart } from "./starts";
import { CHIP } from "./styles";

interface DaysProps {
  /** undefined: not known yet. */
  days: DayRead[] | undefined;
  firstDay: string;
  day: string;
  today: string;
  onDay: (day: string) => void;
}

export function DayStrip({ days, firstDay, day, today, onDay }: DaysProps) {
  const { t } = useTranslation();
  const known = new Map(days?.map((entry) => [entry.day, entry]));
  const weekdays = t("booking.weekday", { returnObjects: true });
  return (
    <fieldset className="relative -mx-1 flex gap-1 overflow-x-auto px-1 py-1">
      <legend className="sr-only">{t("booking.days")}</legend>
      {Array.from({ length: DAYS }, (_, index) => addDays(firstDay, index)).map((date) => {
        const entry = known.get(date);
        const isFull = entry?.available === false;
        const reason = isFull ? (entry.reasons[0]?.message ?? t("booking.full")) : undefined;
        const parts = partsOf(date);
        const name = `${relativeDayName(t, date, today) ?? ""} ${dayName(t, date, today)}`.trim();
        return (
          <button
            key={date}
            type="button"
            aria-pressed={date === day}
            title={reason}
            data-day={date}
            onClick={() => onDay(date)}
            className={`grid w-11 shrink-0 place-items-center rounded-md border py-1 leading-tight hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-on-accent ${isFull ? "border-line text-muted line-through" : "border-line-strong bg-surface"}`}
          >
            <span className="text-xs">{weekdays[parts.weekday]}</span>
            <span className="tabular font-semibold">{parts.date}</span>
            <span className="sr-only">
              {reason === undefined ? name : t("booking.dayFull", { day: name, reason })}
            </span>
          </button>
        );
      })}
    </fieldset>
  );
}

interface StartsProps {
  starts: string[];
  chosen: string | null;
  zone: string;
  onStart: (start: string) => void;
}

export function StartButtons({ starts, chosen, zone, onStart }: StartsProps) {
  const { t } = useTranslation();
  return byDayPart(starts, zone).map(([part, list]) => (
    <fieldset key={part} className="mt-2">
      <legend className="mb-1 text-muted text-sm">{t(`booking.dayPart.${part}`)}</legend>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(3.75rem,1fr))] gap-1">
        {list.map((start) => (
          <button
            key={start}
            type="button"
            aria-pressed={start === chosen}
            className={`${CHIP} tabular justify-center px-0`}
            onClick={() => onStart(start)}
            data-start={start}
          >
            {timeIn(zone, Date.parse(start))}
          </button>
        ))}
      </div>
    </fieldset>
  ));
}

interface NoStartProps {
  reasons: ReasonRead[];
  nextDay: DayRead | undefined;
  today: string;
  hasWishes: boolean;
  onDay: (day: string) => void;
  onAnyone: () => void;
}

/** Nothing is free on the day: why, and the nearest ways out. */
export function NoStart({ reasons, nextDay, today, hasWishes, onDay, onAnyone }: NoStartProps) {
  const { t } = useTranslation();
  return (
    <div role="status" className="mt-2 rounded-md bg-warning-soft p-3 text-warning" data-reasons>
      <p className="flex gap-2 font-medium">
        <CalendarX aria-hidden size={17} className="mt-0.5 shrink-0" />
        {t("booking.noStart")}
      </p>
      <ul className="mt-1 ml-6 list-disc text-sm">
        {reasons.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
      {(hasWishes || nextDay !== undefined) && (
        <div className="mt-2.5 flex flex-wrap gap-2">
          {nextDay !== undefined && (
            <Button onClick={() => onDay(nextDay.day)}>
              {t("booking.nextDay", { day: dayName(t, nextDay.day, today) })}
            </Button>
          )}
          {hasWishes && <Button onClick={onAnyone}>{t("booking.anyone")}</Button>}
        </div>
      )}
    </div>
  );
}
