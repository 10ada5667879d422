/** The day that is shown, and the way to others. */
import { CalendarDays, ChevronLeft, ChevronRight } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { addDays, isDay } from "@/board/time";
import { Button } from "@/design/Button";
import { dayName, relativeDayName } from "@/i18n/format";

interface Props {
  day: string;
  /** The last day that can be shown. */
  today: string;
  onDay: (day: string) => void;
}

export function DayPicker({ day, today, onDay }: Props) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const icon = "pointer-coarse:size-11";
  return (
    <div className="flex items-center gap-1">
      <Button
        size="icon"
        className={icon}
        aria-label={t("date.previous")}
        onClick={() => onDay(addDays(day, -1))}
      >
        <ChevronLeft aria-hidden size={18} />
      </Button>
      <Button
        size="icon"
        className={icon}
        aria-label={t("date.next")}
        disabled={day >= today}
        onClick={() => onDay(addDays(day, 1))}
      >
        <ChevronRight aria-hidden size={18} />
      </Button>
      <span className="relative">
        <Button kind="quiet" className="pointer-coarse:h-11" onClick={() => picker.current?.showPicker()}>
          <span className="sr-only">{t("date.pick")}</span>
          {relativeDayName(t, day, today) ?? dayName(t, day, today)}
          <CalendarDays aria-hidden size={17} className="text-muted" />
        </Button>
        <input
          ref={picker}
          type="date"
          tabIndex={-1}
          aria-hidden
          className="pointer-events-none absolute inset-0 opacity-0"
          value={day}
          max={today}
          onChange={({ target }) => isDay(target.value) && onDay(target.value)}
        />
      </span>
    </div>
  );
}
