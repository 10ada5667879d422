/** A therapist's day: the next guest on top, then everything in order; a finger that swipes leads to another day. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CalendarX2, CloudOff } from "lucide-react";
import { type TouchEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, StaffRead } from "@/api/generated";
import { deferred } from "@/app/deferred";
import { addDays, dayIn, spanIn, timeIn } from "@/board/time";
import { useNow } from "@/board/useNow";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { dayName, relativeDayName } from "@/i18n/format";
import { type Agenda, agendaOf, nextGuest, swipeOf } from "./agenda";
import { DayList } from "./DayList";
import { DayStrip } from "./DayStrip";
import { NextGuest } from "./NextGuest";
import { Page } from "./Page";
import { Person } from "./Person";
import { Skeleton } from "./states";
import { type DayState, useDay } from "./useDay";

const EarningsCard = deferred(async () => (await import("./EarningsCard")).EarningsCard);

/** Milliseconds until the minutes that are left are counted again. */
const TICK = 10_000;

export function DayPage() {
  const { t } = useTranslation();
  return (
    <Person title={t("me.title")}>
      {(staff, branches, zone) => <Day staff={staff} branches={branches} zone={zone} />}
    </Person>
  );
}

function Day({ staff, branches, zone }: { staff: StaffRead; branches: BranchRead[]; zone: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const now = useNow(TICK);
  const today = dayIn(zone, now);
  const { day = today } = useSearch({ from: "/me/" });
  const [showsEarnings, setShowsEarnings] = useState(true);
  const [branch] = branches;
  const branchIds = branches.map(({ id }) => id);
  const state = useDay(branchIds, day, today);
  const agenda = state.boards && agendaOf(state.boards, staff.id);
  const go = (to: string) => void navigate({ to: "/me", search: to === today ? {} : { day: to } });
  const swipe = useSwipe((way) => go(addDays(day, way)));
  const relative = relativeDayName(t, day, today);
  const name = dayName(t, day, today);
  return (
    <>
      <Page
        title={relative ?? name}
        facts={
          <p className="tabular min-w-0 text-muted">
            {relative !== null && name}
            {agenda !== undefined &&
              agenda.guests.length > 0 &&
              `${relative === null ? "" : " · "}${t("me.guests", { count: agenda.guests.length })}`}
          </p>
        }
        {...swipe}
      >
        <Away state={state} zone={zone} today={today} />
        {agenda === undefined ? (
          state.error === null ? (
            <Skeleton />
          ) : (
            <Failure size="lg" error={state.error} onRetry={state.retry} />
          )
        ) : (
          <Content agenda={agenda} branches={branches} isToday={day === today} now={now} key={day} />
        )}
        {agenda !== undefined && day === today && branch !== undefined && showsEarnings && (
          <EarningsCard branch={branch} onClose={() => setShowsEarnings(false)} />
        )}
      </Page>
      <DayStrip staffId={staff.id} zone={zone} day={day} today={today} onDay={go} />
    </>
  );
}

interface ContentProps {
  agenda: Agenda;
  branches: BranchRead[];
  isToday: boolean;
  now: number;
}

function Content({ agenda, branches, isToday, now }: ContentProps) {
  const { t } = useTranslation();
  const nameOf = (branchId: string) =>
    branches.length > 1 ? (branches.find(({ id }) => id === branchId)?.name ?? null) : null;
  if (agenda.entries.length === 0)
    return (
      <div className="grid min-h-full">
        <Notice icon={CalendarX2} title={t("me.off")} hint={t("me.offHint")} />
      </div>
    );
  const next = isToday ? nextGuest(agenda.guests, now) : undefined;
  const [shift] = agenda.shifts;
  return (
    <>
      {next !== undefined && (
        <NextGuest guest={next} branch={nameOf(next.branchId)} now={now} key={next.id} />
      )}
      {next === undefined && (
        <p className="mb-3 rounded-lg bg-sunken px-4 py-3 text-lg">
          {agenda.guests.length === 0
            ? t("me.nobody")
            : isToday
              ? t("me.allDone")
              : shift !== undefined && t("me.shift", { span: spanIn(shift.zone, shift.start, shift.end) })}
        </p>
      )}
      <DayList agenda={agenda} next={next} nameOf={nameOf} now={isToday ? now : null} />
    </>
  );
}

/** Says since when what is shown is known, while the network is away. */
function Away({ state, zone, today }: { state: DayState; zone: string; today: string }) {
  const { t } = useTranslation();
  const { connection, knownAt, boards } = state;
  return (
    <p
      role="status"
      className="mb-3 flex items-center gap-2 rounded-md bg-warning-soft px-3 py-2 font-medium text-warning empty:hidden"
    >
      {connection === "stale" && boards !== undefined && (
        <>
          <CloudOff aria-hidden size={17} className="shrink-0" />
          {t("me.since", {
            time: timeIn(zone, knownAt),
            day: relativeDayName(t, dayIn(zone, knownAt), today)?.toLowerCase() ?? "",
          })}
        </>
      )}
    </p>
  );
}

function useSwipe(onSwipe: (way: -1 | 1) => void) {
  const from = useRef<{ x: number; y: number } | null>(null);
  return {
    onTouchStart: ({ touches }: TouchEvent) => {
      const touch = touches[0];
      from.current =
        touches.length === 1 && touch !== undefined ? { x: touch.clientX, y: touch.clientY } : null;
    },
    onTouchEnd: ({ changedTouches }: TouchEvent) => {
      const touch = changedTouches[0];
      if (from.current === null || touch === undefined) return;
      const way = swipeOf(touch.clientX - from.current.x, touch.clientY - from.current.y);
      if (way !== 0) onSwipe(way);
    },
  };
}
