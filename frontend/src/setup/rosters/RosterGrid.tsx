/** The week as a grid: a row per person, a column per day. One Tab leads into it, and arrow keys lead on. */
import { TriangleAlert } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { spanIn } from "@/board/time";
import { dayName, shortDayName } from "@/i18n/format";
import { RosterRow } from "./RosterRow";
import type { PanelSearch } from "./useRosterPanel";
import { moveFocus, type Place, type Roster, type RosterCell, type RosterDay } from "./week";
import { hoursText } from "./words";

interface Props {
  roster: Roster;
  zone: string;
  today: string;
  /** What is open beside it. */
  panel: PanelSearch;
  onOpen: (panel: PanelSearch) => void;
  onRemove: (shiftId: string) => void;
  /** Show the week before (−1) or after (1). */
  onWeek: (step: number) => void;
}

export function RosterGrid({ roster, zone, today, panel, onOpen, onRemove, onWeek }: Props) {
  const { t } = useTranslation("setup");
  const table = useRef<HTMLTableElement>(null);
  const [place, setPlace] = useState<Place>({ row: 0, column: 1, index: 0 });
  const counts = useMemo(() => roster.rows.map(({ cells }) => [1, ...cells.map(buttonsOf)]), [roster]);
  const current = clamp(place, counts);
  const focused = useRef<Element | null>(null);
  const onFocus = ({ target }: FocusEvent) => {
    const found = placeOf(target);
    focused.current = target;
    if (found !== null) setPlace(found);
  };
  // A shift that is deleted takes the focus with it.
  useEffect(() => {
    const isLost = focused.current?.isConnected === false && document.activeElement === document.body;
    if (isLost && current !== null) focusOn(table.current, current);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const from = placeOf(event.target);
    if (from === null || event.altKey) return;
    const shift = (event.target as HTMLElement).dataset.shift;
    const to = moveFocus(counts, from, event.key, event.ctrlKey || event.metaKey);
    if (to !== null) focusOn(table.current, to);
    else if (event.key === "PageUp" || event.key === "PageDown") onWeek(event.key === "PageUp" ? -1 : 1);
    else if (event.key === "Delete" && shift !== undefined) onRemove(shift);
    else return;
    event.preventDefault();
  };
  // On a phone today is not among the first columns.
  useEffect(() => {
    table.current?.querySelector("th[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, []);
  return (
    <table
      ref={table}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys lead through the cells, as in a grid
      role="grid"
      aria-label={t("rosters.grid")}
      className="w-full border-separate border-spacing-0"
      onFocus={onFocus}
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr>
          <th
            scope="col"
            className="sticky top-0 left-0 z-30 w-40 min-w-28 border-line border-r border-b bg-surface px-3 py-2 text-left align-bottom font-normal text-muted text-sm max-sm:w-28 max-sm:px-2"
          >
            {t("rosters.person")}
          </th>
          {roster.days.map((day) => (
            <DayHead key={day.day} day={day} zone={zone} today={today} />
          ))}
        </tr>
      </thead>
      <tbody>
        {roster.rows.map((row, index) => (
          <RosterRow
            key={row.id}
            row={row}
            index={index}
            days={roster.days}
            zone={zone}
            today={today}
            focused={current?.row === index ? `${current.column}/${current.index}` : null}
            opened={openedIn(panel, row.id, row.cells)}
            onOpen={onOpen}
          />
        ))}
      </tbody>
    </table>
  );
}

function DayHead({ day, zone, today }: { day: RosterDay; zone: string; today: string }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const weekday = common("strip.weekday", { returnObjects: true })[new Date(Date.parse(day.day)).getUTCDay()];
  const isToday = day.day === today;
  const [gap] = day.uncovered;
  return (
    <th
      scope="col"
      abbr={dayName(common, day.day, today)}
      aria-current={isToday ? "date" : undefined}
      className={`sticky top-0 z-20 min-w-30 border-line border-r border-b px-2 py-1.5 text-left align-top font-normal ${isToday ? "bg-accent-soft" : "bg-surface"}`}
    >
      <span className="flex items-baseline gap-1.5">
        <span className="font-semibold">{weekday}</span>
        <span className="tabular text-muted">{shortDayName(common, day.day)}</span>
      </span>
      <span className="tabular block text-muted text-sm">
        {day.count > 0
          ? t("rosters.daySum", { hours: hoursText(t, day.minutes), count: day.count })
          : t(day.isClosed ? "branch.closed" : "rosters.noShifts")}
      </span>
      {gap !== undefined && day.day >= today && (
        <span className="tabular mt-0.5 flex items-start gap-1 text-danger text-xs">
          <TriangleAlert aria-hidden size={13} className="mt-px shrink-0" />
          <span>
            {t("rosters.uncovered", { span: spanIn(zone, gap.start, gap.end) })}
            {day.uncovered.length > 1 && (
              <span
                title={day.uncovered
                  .slice(1)
                  .map((span) => spanIn(zone, span.start, span.end))
                  .join(", ")}
              >
                {" "}
                {t("rosters.uncoveredMore", { count: day.uncovered.length - 1 })}
              </span>
            )}
          </span>
        </span>
      )}
    </th>
  );
}

/** Return how many buttons a cell has: its shifts, its leave, and the one that adds a shift. */
function buttonsOf({ shifts, leave }: RosterCell): number {
  return shifts.length + leave.length + 1;
}

function clamp({ row, column, index }: Place, counts: readonly (readonly number[])[]): Place | null {
  if (counts.length === 0) return null;
  const line = Math.min(row, counts.length - 1);
  return { row: line, column, index: Math.min(index, (counts[line]?.[column] ?? 1) - 1) };
}

/** Return the place of a button, which its attribute says. */
function placeOf(target: EventTarget): Place | null {
  const text = target instanceof HTMLElement ? target.dataset.place : undefined;
  const [row, column, index] = (text ?? "").split("/").map(Number);
  return row === undefined || column === undefined || index === undefined ? null : { row, column, index };
}

function focusOn(table: HTMLElement | null, { row, column, index }: Place): void {
  table?.querySelector<HTMLElement>(`[data-place="${row}/${column}/${index}"]`)?.focus();
}

/** Return what of a row is open beside the grid: a shift, a day, or the weekly shifts. */
function openedIn({ panel, id, on }: PanelSearch, rowId: string, cells: RosterCell[]): string | undefined {
  if (panel === "shift")
    return cells.some(({ shifts }) => shifts.some((one) => one.id === id)) ? id : undefined;
  if (id !== rowId) return undefined;
  return panel === "add" ? on : panel;
}
