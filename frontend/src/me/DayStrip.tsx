/** The next two weeks at the thumb: a dot is a day with a shift. Arrow keys lead from day to day. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { listShifts } from "@/api/generated";
import { askOrKept } from "@/app/kept";
import { addDays, dayIn, instantOf, partsOf } from "@/board/time";
import { dayName } from "@/i18n/format";

const DAYS = 14;
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

interface Props {
  staffId: string;
  zone: string;
  day: string;
  today: string;
  onDay: (day: string) => void;
}

export function DayStrip({ staffId, zone, day, today, onDay }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  // A day from the past or far ahead has its own two weeks.
  const first = day < today || day >= addDays(today, DAYS) ? day : today;
  const { data } = useQuery({
    queryKey: ["me", "shifts", staffId, first],
    queryFn: () => {
      const start = new Date(instantOf(zone, first, "00:00")).toISOString();
      const end = new Date(instantOf(zone, addDays(first, DAYS), "00:00")).toISOString();
      return askOrKept("shifts", () => call(listShifts({ query: { staff_id: staffId, start, end } })));
    },
    refetchInterval: 5 * 60_000,
  });
  const worked = new Set(data?.map(({ start }) => dayIn(zone, Date.parse(start))));
  const weekdays = t("strip.weekday", { returnObjects: true });
  useEffect(() => {
    list.current
      ?.querySelector(`[data-day="${day}"]`)
      ?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [day]);
  const onKeyDown = (event: KeyboardEvent) => {
    const from = (event.target as HTMLElement).dataset.day;
    const step = STEPS[event.key];
    if (from === undefined || step === undefined) return;
    event.preventDefault();
    list.current?.querySelector<HTMLElement>(`[data-day="${addDays(from, step)}"]`)?.focus();
  };
  return (
    <nav
      aria-label={t("me.days")}
      className="shrink-0 overflow-x-auto border-line border-t bg-surface px-2 py-1.5"
    >
      <ul ref={list} onKeyDown={onKeyDown} className="flex gap-1">
        {Array.from({ length: DAYS }, (_, index) => addDays(first, index)).map((date) => {
          const { weekday, date: number } = partsOf(date);
          const isShown = date === day;
          return (
            <li key={date} className="min-w-12 flex-1">
              <button
                type="button"
                data-day={date}
                tabIndex={isShown ? 0 : -1}
                aria-current={isShown ? "date" : undefined}
                onClick={() => onDay(date)}
                className={`relative flex h-14 w-full flex-col items-center justify-center rounded-md border outline-offset-[-2px] ${
                  isShown ? "border-accent bg-accent-soft" : "border-transparent"
                }`}
              >
                <span className={`text-xs ${weekday === 0 ? "text-danger" : "text-muted"}`}>
                  {weekdays[weekday]}
                </span>
                <span
                  className={`tabular text-lg leading-tight ${isShown ? "font-semibold" : ""} ${
                    date === today ? "rounded-sm bg-accent px-1.5 font-semibold text-on-accent" : ""
                  }`}
                >
                  {number}
                </span>
                <span
                  aria-hidden
                  className={`mt-0.5 size-1 rounded-full ${worked.has(date) ? "bg-accent" : "bg-transparent"}`}
                />
                {/* Not a label: the name of the button has to contain what is seen (WCAG 2.5.3). */}
                <span className="sr-only">
                  {[
                    dayName(t, date, today),
                    ...(data === undefined ? [] : [t(worked.has(date) ? "me.withShift" : "me.withoutShift")]),
                  ].join(". ")}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
