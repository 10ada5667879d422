/** The week of one therapist, to be read: cards are moved on the board of their day. */
import { useQueries } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead, BranchRead } from "@/api/generated";
import { Notice } from "@/design/Notice";
import { dayName, shortDayName } from "@/i18n/format";
import { BoardGrid } from "./BoardGrid";
import { BoardSkeleton } from "./BoardSkeleton";
import { boardQuery } from "./boardQuery";
import { Filters } from "./Filters";
import { choicesOf, withGuests } from "./filter";
import { useMovements } from "./move/useMovements";
import { useMoving } from "./move/useMoving";
import { PrintSheet } from "./PrintSheet";
import { ConnectionState } from "./StatusBar";
import type { BoardSearch, Sheet } from "./search";
import { firstOfStrip } from "./strip";
import { Toolbar } from "./Toolbar";
import { addDays, dayIn } from "./time";
import { useNow } from "./useNow";
import { layOutWeek } from "./week";

const REFETCH = 30_000;

export function WeekPage({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: "/desk/board" });
  const { hide, guest } = search;
  const today = dayIn(branch.time_zone, useNow(15_000));
  const day = search.day ?? today;
  const first = firstOfStrip(day);
  const { boards, staleSince } = useQueries({
    queries: Array.from({ length: 7 }, (_, index) => addDays(first, index)).map((date) => ({
      ...boardQuery(branch.id, date),
      refetchInterval: REFETCH,
    })),
    combine: (results) => ({
      boards: results.flatMap(({ data }) => (data === undefined ? [] : [data])),
      /** When the oldest day was right, if one of them cannot be loaded. */
      staleSince: results.some(({ error }) => error !== null)
        ? Math.min(...results.map(({ dataUpdatedAt }) => dataUpdatedAt))
        : null,
    }),
  });
  const isComplete = boards.length === 7;
  const people = useMemo(() => peopleOf(boards), [boards]);
  const staff = people.find(({ id }) => id === search.staff)?.id ?? people[0]?.id;
  const layout = useMemo(() => {
    if (!isComplete || staff === undefined) return null;
    const found = boards.map((board) => withGuests(board, guest));
    return layOutWeek(
      found,
      staff,
      (status) => !(hide ?? []).includes(status),
      (date) => dayName(t, date, today),
    );
  }, [boards, isComplete, staff, guest, hide, today, t]);
  const week = useMemo(() => unite(boards), [boards]);

  const go = (change: Partial<BoardSearch>) =>
    void navigate({
      to: "/desk/board",
      search: { ...search, ...change },
      replace: "guest" in change,
    });
  const onDay = (next: string) => go({ day: next });
  const movements = useMovements(branch);
  const moving = useMoving({
    ...{ branch, board: undefined, layout: undefined, view: "staff", movements, canMove: false, onDay },
  });
  const last = addDays(first, 6);
  const title = t("week.title", { first: shortDayName(t, first), last: shortDayName(t, last) });
  return (
    <>
      <Toolbar
        day={day}
        today={today}
        view="week"
        step={7}
        title={title}
        onDay={onDay}
        onView={(next: Sheet) => go({ view: next })}
      >
        {week !== null && (
          <Filters
            board={{ ...week, people }}
            view="staff"
            only={staff}
            onOnly={(next) => next !== undefined && go({ staff: next })}
            guest={guest}
            onGuest={(next) => go({ guest: next })}
          />
        )}
      </Toolbar>
      <section aria-label={title} className="flex min-h-0 flex-1 flex-col">
        {!isComplete && <BoardSkeleton />}
        {isComplete && staff === undefined && <Notice icon={UsersRound} title={t("week.noStaff")} />}
        {week !== null && layout !== null && (
          <>
            <BoardGrid
              key={`${first}/${staff}`}
              board={week}
              layout={layout}
              view="staff"
              moving={moving}
              onOpen={({ appointment }) =>
                go({
                  view: undefined,
                  day: dayIn(branch.time_zone, Date.parse(appointment.start)),
                  card: appointment.id,
                })
              }
              isWeek
            />
            <PrintSheet
              title={`${choicesOf({ ...week, people }, "staff").find(({ value }) => value === staff)?.name} · ${title}`}
              board={week}
              layout={layout}
              view="staff"
            />
          </>
        )}
      </section>
      {staleSince !== null && (
        <div className="flex h-11 shrink-0 items-center justify-end border-line border-t bg-surface pr-4">
          <ConnectionState
            connection="stale"
            knownAt={isComplete ? staleSince : null}
            zone={branch.time_zone}
            today={today}
          />
        </div>
      )}
    </>
  );
}

/** Return everybody who is on the board on one of these days. */
function peopleOf(boards: BoardRead[]): BoardRead["people"] {
  const people = new Map(boards.flatMap((board) => board.people).map((person) => [person.id, person]));
  return [...people.values()];
}

/** Return the first day with the guests and the problems of all days: what cards look up. */
function unite(boards: BoardRead[]): BoardRead | null {
  const [first] = boards;
  if (first === undefined) return null;
  return {
    ...first,
    guests: boards.flatMap(({ guests }) => guests),
    stranded: boards.flatMap(({ stranded }) => stranded),
    released: boards.flatMap(({ released }) => released),
  };
}
