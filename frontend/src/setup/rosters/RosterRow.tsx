/** The week of one person: the name with the hours, and a cell for each day. */
import { CalendarClock, CalendarOff, Plus } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { spanIn } from "@/board/time";
import { dayName, shortName } from "@/i18n/format";
import type { PanelSearch } from "./useRosterPanel";
import {
  type Leave,
  type RosterCell,
  type RosterDay,
  type RosterRow as Row,
  type Shift,
  spanOfDay,
} from "./week";
import { hoursText } from "./words";

interface Props {
  row: Row;
  index: number;
  days: RosterDay[];
  zone: string;
  today: string;
  /** The column and the button that Tab leads to, if it is in this row. */
  focused: string | null;
  /** The shift or the day that is open beside the grid, or `weekly`. */
  opened: string | undefined;
  onOpen: (panel: PanelSearch) => void;
}

const NAME_CELL =
  "sticky left-0 z-10 border-line border-r border-b bg-surface p-1 text-left align-top font-normal";

export const RosterRow = memo(function RosterRow({
  row,
  index,
  days,
  zone,
  today,
  focused,
  opened,
  onOpen,
}: Props) {
  const { t } = useTranslation("setup");
  const place = (column: number, button: number) => ({
    "data-place": `${index}/${column}/${button}`,
    tabIndex: focused === `${column}/${button}` ? 0 : -1,
  });
  return (
    <tr className="group/row">
      <th scope="row" className={NAME_CELL}>
        <button
          type="button"
          {...place(0, 0)}
          aria-expanded={opened === "weekly"}
          title={row.name}
          className="block min-h-11 w-full min-w-0 rounded-md px-2 py-1 text-left hover:bg-hover aria-expanded:bg-accent-soft max-sm:px-1"
          onClick={() => onOpen({ panel: "weekly", id: row.id })}
        >
          <span className="block font-medium max-sm:text-sm">{shortName(row.name)}</span>
          <span className="tabular flex items-center justify-between text-muted text-sm">
            {hoursText(t, row.minutes)}
            <CalendarClock
              aria-hidden
              size={14}
              className="opacity-0 group-hover/row:opacity-100 pointer-coarse:opacity-60"
            />
          </span>
          <span className="sr-only">{t("rosters.weeklyOf")}</span>
        </button>
      </th>
      {row.cells.map((cell, number) => (
        <Cell
          key={cell.day}
          cell={cell}
          name={shortName(row.name)}
          staffId={row.id}
          isClosed={days[number]?.isClosed === true}
          zone={zone}
          today={today}
          opened={opened}
          place={(button) => place(number + 1, button)}
          onOpen={onOpen}
        />
      ))}
    </tr>
  );
});

interface CellProps {
  cell: RosterCell;
  name: string;
  staffId: string;
  isClosed: boolean;
  zone: string;
  today: string;
  opened: string | undefined;
  place: (button: number) => { "data-place": string; tabIndex: number };
  onOpen: (panel: PanelSearch) => void;
}

function Cell({ cell, name, staffId, isClosed, zone, today, opened, place, onOpen }: CellProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { day, shifts, leave, isEmployed } = cell;
  const values = { name, day: dayName(common, day, today) };
  const isEmpty = shifts.length + leave.length === 0;
  const isAway = (shift: Shift) =>
    leave.some(({ isApproved, start, end }) => isApproved && start <= shift.start && end >= shift.end);
  const shade =
    !isEmployed || isClosed ? "shade-closed" : leave.some(coversDay(zone, day)) ? "shade-leave" : "";
  return (
    <td
      className={`group/cell min-w-30 border-line border-r border-b p-1 align-top ${shade || (day < today ? "bg-page" : "bg-surface")}`}
    >
      <div className="flex min-h-11 gap-0.5">
        {!isEmpty && (
          <div className="flex min-w-0 flex-1 flex-col gap-0.5">
            {shifts.map((shift, number) => (
              <ShiftButton
                key={shift.id}
                {...place(number)}
                data-shift={shift.id}
                isOpened={opened === shift.id}
                isAway={isAway(shift)}
                label={t("rosters.shiftOf", { ...values, span: spanIn(zone, shift.start, shift.end) })}
                onClick={() => onOpen({ panel: "shift", id: shift.id })}
              >
                {spanIn(zone, shift.start, shift.end)}
              </ShiftButton>
            ))}
            {leave.map((one, number) => (
              <LeaveButton
                key={one.id}
                {...place(shifts.length + number)}
                leave={one}
                isWhole={coversDay(zone, day)(one)}
                zone={zone}
                day={day}
                values={values}
                onClick={() => onOpen({ panel: "leave" })}
              />
            ))}
          </div>
        )}
        <button
          type="button"
          {...place(shifts.length + leave.length)}
          aria-label={t("rosters.addTo", values)}
          aria-disabled={!isEmployed}
          aria-expanded={opened === day}
          title={isEmployed ? undefined : t("rosters.notEmployed")}
          className={`grid min-h-7 place-items-center rounded-sm text-muted opacity-0 hover:bg-hover hover:opacity-100 focus-visible:opacity-100 group-hover/cell:opacity-100 aria-expanded:bg-accent-soft aria-expanded:opacity-100 aria-disabled:cursor-not-allowed aria-disabled:opacity-0! pointer-coarse:opacity-60 ${isEmpty ? "w-full" : "w-6 shrink-0"}`}
          onClick={() => isEmployed && onOpen({ panel: "add", id: staffId, on: day })}
        >
          <Plus aria-hidden size={15} />
        </button>
      </div>
    </td>
  );
}

interface ShiftButtonProps {
  "data-place": string;
  "data-shift": string;
  tabIndex: number;
  isOpened: boolean;
  /** The person is on leave instead. */
  isAway: boolean;
  label: string;
  onClick: () => void;
  children: ReactNode;
}

function ShiftButton({ isOpened, isAway, label, children, ...rest }: ShiftButtonProps) {
  const look = isAway
    ? "border-line-strong bg-surface text-muted line-through"
    : "border-accent bg-accent-soft text-text hover:brightness-97";
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      aria-expanded={isOpened}
      className={`tabular min-h-7 w-full whitespace-nowrap rounded-sm border-l-3 px-1.5 text-left text-sm aria-expanded:outline-2 aria-expanded:outline-accent pointer-coarse:min-h-9 ${look}`}
    >
      {children}
    </button>
  );
}

interface LeaveButtonProps {
  "data-place": string;
  tabIndex: number;
  leave: Leave;
  isWhole: boolean;
  zone: string;
  day: string;
  values: { name: string; day: string };
  onClick: () => void;
}

function LeaveButton({ leave, isWhole, zone, day, values, ...rest }: LeaveButtonProps) {
  const { t } = useTranslation("setup");
  const word = t(leave.isApproved ? "rosters.leave.approved" : "rosters.leave.requested");
  const within = spanOfDay(zone, day);
  const span = spanIn(zone, Math.max(leave.start, within.start), Math.min(leave.end, within.end));
  const look = leave.isApproved
    ? "border-line-strong bg-raised"
    : "border-warning border-dashed bg-warning-soft text-warning";
  return (
    <button
      type="button"
      {...rest}
      aria-label={t("rosters.leave.of", { ...values, what: isWhole ? word : `${word} ${span}` })}
      className={`min-h-7 w-full rounded-sm border px-1.5 text-left text-sm hover:brightness-97 pointer-coarse:min-h-9 ${look}`}
    >
      <span className="flex items-center gap-1">
        <CalendarOff aria-hidden size={13} className="shrink-0" />
        <span className="truncate">{word}</span>
      </span>{" "}
      {!isWhole && <span className="tabular block">{span}</span>}
    </button>
  );
}

function coversDay(zone: string, day: string): (leave: Leave) => boolean {
  const span = spanOfDay(zone, day);
  return ({ start, end }) => start <= span.start && end >= span.end;
}
