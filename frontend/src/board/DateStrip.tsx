/** Two weeks, and how full each day is: by the share of the working minutes that is booked. Arrow keys lead from day to day. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type DayUtilization, getUtilization } from "@/api/generated";
import { dayName } from "@/i18n/format";
import { LOOKS } from "./status";
import { firstOfStrip, STRIP_DAYS, shareOf } from "./strip";
import { addDays, partsOf } from "./time";

interface Props {
  branchId: string;
  day: string;
  today: string;
  /** The board is there: its request goes first. */
  isReady: boolean;
  onDay: (day: string) => void;
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export const DateStrip = memo(function DateStrip({ branchId, day, today, isReady, onDay }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const first = firstOfStrip(day);
  const last = addDays(first, STRIP_DAYS - 1);
  const { data } = useQuery({
    queryKey: ["utilization", branchId, first],
    queryFn: ({ signal }) =>
      call(
        getUtilization({
          path: { branch_id: branchId },
          query: { first_day: first, last_day: last },
          signal,
        }),
      ),
    enabled: isReady,
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  });
  const days = Array.from({ length: STRIP_DAYS }, (_, index) => addDays(first, index));
  const onKeyDown = (event: KeyboardEvent) => {
    const from = (event.target as HTMLElement).dataset.day;
    const step = STEPS[event.key];
    if (from === undefined || step === undefined) return;
    event.preventDefault();
    const to = addDays(from, step);
    list.current?.querySelector<HTMLElement>(`[data-day="${to}"]`)?.focus();
  };
  return (
    <nav aria-label={t("strip.label")} className="shrink-0 overflow-x-auto px-4 pb-2 print:hidden">
      <ul ref={list} onKeyDown={onKeyDown} className="flex gap-1">
        {days.map((date) => (
          <Day
            key={date}
            day={date}
            today={today}
            isShown={date === day}
            load={data?.find((other) => other.day === date)}
            onDay={onDay}
          />
        ))}
      </ul>
    </nav>
  );
});

interface DayProps {
  day: string;
  today: string;
  isShown: boolean;
  load: DayUtilization | undefined;
  onDay: (day: string) => void;
}

function Day({ day, today, isShown, load, onDay }: DayProps) {
  const { t } = useTranslation();
  const { date, weekday } = partsOf(day);
  const weekdays = t("strip.weekday", { returnObjects: true });
  const isClosed = load?.is_open === false;
  const share = load === undefined ? 0 : shareOf(load);
  const pending = load?.pending_guests ?? 0;
  const told =
    load === undefined
      ? ""
      : [
          isClosed
            ? t("strip.closed")
            : t("strip.load", { count: load.guests, share: Math.round(share * 100) }),
          ...(pending > 0 ? [t("strip.pending", { count: pending })] : []),
        ].join(", ");
  return (
    <li className="min-w-11 flex-1">
      <button
        type="button"
        data-day={day}
        tabIndex={isShown ? 0 : -1}
        aria-current={isShown ? "date" : undefined}
        title={told}
        onClick={() => onDay(day)}
        className={`flex h-11 w-full flex-col justify-between rounded-md border px-2 py-1 text-sm hover:border-line-strong ${
          isShown ? "border-accent bg-accent-soft font-semibold" : "border-line bg-surface"
        }`}
      >
        <span className="flex w-full items-baseline justify-between gap-1">
          <span className={weekday === 0 ? "text-danger" : "text-muted"}>{weekdays[weekday]}</span>
          {pending > 0 && (
            <span
              aria-hidden
              className={`tabular rounded-full border px-1.5 font-semibold text-xs ${LOOKS.pending.card}`}
            >
              {pending}
            </span>
          )}
          <span
            className={`tabular ${day === today ? "rounded-sm bg-accent px-1 font-semibold text-on-accent" : ""}`}
          >
            {date}
          </span>
        </span>
        {/* Not a label: the name of the button has to contain what is seen (WCAG 2.5.3). */}
        <span className="sr-only">{`${dayName(t, day, today)}. ${told}`}</span>
        <span aria-hidden className="h-1 w-full overflow-hidden rounded-full bg-sunken" data-share={share}>
          <span
            className={`block h-full rounded-full ${share >= 0.85 ? "bg-danger" : "bg-accent"}`}
            style={{ width: `${isClosed ? 0 : share * 100}%` }}
          />
        </span>
      </button>
    </li>
  );
}
