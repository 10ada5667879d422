/** The roster of a week: who works when, on leave when, and when nobody is there. Pure. */
import type { OpenSpan, ShiftRead, StaffRead, TimeOffRead, WeeklyShiftTimes } from "@/api/generated";
import { gaps, join, type Span, spanOf } from "@/board/spans";
import { addDays, dayIn, HOUR, instantOf, MINUTE, partsOf, timeIn } from "@/board/time";

export interface Shift extends Span {
  id: string;
  staffId: string;
}

export interface Leave extends Span {
  id: string;
  isApproved: boolean;
}

export interface RosterDay {
  day: string;
  isClosed: boolean;
  /** The minutes at work of everybody whose shift begins on this day, without leave. */
  minutes: number;
  /** How many people work. */
  count: number;
  /** The opening hours in which nobody works. */
  uncovered: Span[];
}

export interface RosterCell {
  day: string;
  /** The shifts that begin on this day. */
  shifts: Shift[];
  leave: Leave[];
  isEmployed: boolean;
}

export interface RosterRow {
  id: string;
  name: string;
  cells: RosterCell[];
  minutes: number;
}

export interface Roster {
  days: RosterDay[];
  rows: RosterRow[];
  minutes: number;
}

export interface RosterData {
  people: StaffRead[];
  shifts: ShiftRead[];
  leave: TimeOffRead[];
  open: OpenSpan[];
}

/** A time by the clock. An end that is not after its start is on the next day. */
export interface ClockTimes {
  starts: string;
  ends: string;
}

/** Return a day from midnight to midnight: 23 or 25 hours when the clocks change. */
export function spanOfDay(zone: string, day: string): Span {
  return { start: instantOf(zone, day, "00:00"), end: instantOf(zone, addDays(day, 1), "00:00") };
}

/** Return the instants of a week that begins on this Monday. */
export function spanOfWeek(zone: string, monday: string): Span {
  return { start: instantOf(zone, monday, "00:00"), end: instantOf(zone, addDays(monday, 7), "00:00") };
}

/** Return the instants of a shift that begins on a day. */
export function spanOfShift(zone: string, day: string, { starts, ends }: ClockTimes): Span {
  const isMidnight = ends === "24:00";
  const last = isMidnight || ends <= starts ? addDays(day, 1) : day;
  return { start: instantOf(zone, day, starts), end: instantOf(zone, last, isMidnight ? "00:00" : ends) };
}

/** Return what the clock shows when a shift begins and ends. */
export function clockTimes(zone: string, { start, end }: Span): ClockTimes {
  return { starts: timeIn(zone, start), ends: timeIn(zone, end) };
}

/** Return the weekday of a day: 1 is Monday, 7 is Sunday. */
function isoWeekday(day: string): number {
  return partsOf(day).weekday || 7;
}

/** Return the minutes of some spans, which do not overlap. */
export function minutesOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + (end - start) / MINUTE, 0);
}

/** Lay out the week that begins on a Monday. */
export function layOutRoster(
  zone: string,
  monday: string,
  { people, shifts, leave, open }: RosterData,
): Roster {
  const days = Array.from({ length: 7 }, (_, index) => addDays(monday, index));
  const all = shifts.map((shift): Shift => ({ ...spanOf(shift), id: shift.id, staffId: shift.staff_id }));
  const approved = leave.filter(({ status }) => status === "approved");
  const atWork = (shift: Shift) =>
    gaps(shift, approved.filter(({ staff_id }) => staff_id === shift.staffId).map(spanOf));
  const covered = all.flatMap(atWork);
  const openSpans = open.map(spanOf);
  const beginOn = (day: string) => all.filter(({ start }) => dayIn(zone, start) === day);

  const rows = people.map((person): RosterRow => {
    const leaveOfPerson = leave
      .filter(({ staff_id, status }) => staff_id === person.id && SHOWN.has(status))
      .map((one): Leave => ({ ...spanOf(one), id: one.id, isApproved: one.status === "approved" }));
    const cells = days.map((day): RosterCell => {
      const span = spanOfDay(zone, day);
      return {
        day,
        shifts: beginOn(day)
          .filter(({ staffId }) => staffId === person.id)
          .sort((a, b) => a.start - b.start),
        leave: leaveOfPerson.filter(({ start, end }) => start < span.end && end > span.start),
        isEmployed: isEmployed(person, day),
      };
    });
    const minutes = minutesOf(cells.flatMap((cell) => cell.shifts.flatMap(atWork)));
    return { id: person.id, name: person.full_name, cells, minutes };
  });
  return {
    rows: rows.filter(({ cells }) => cells.some((cell) => cell.isEmployed || cell.shifts.length > 0)),
    days: days.map((day): RosterDay => {
      const opening = openingOn(openSpans, spanOfDay(zone, day));
      const working = beginOn(day).filter((shift) => atWork(shift).length > 0);
      return {
        day,
        isClosed: opening.length === 0,
        minutes: minutesOf(working.flatMap(atWork)),
        count: new Set(working.map(({ staffId }) => staffId)).size,
        uncovered: opening.flatMap((span) => gaps(span, covered)),
      };
    }),
    minutes: rows.reduce((sum, { minutes }) => sum + minutes, 0),
  };
}

const SHOWN = new Set(["approved", "requested"]);

function isEmployed({ employed_from, employed_until }: StaffRead, day: string): boolean {
  return (employed_from ?? day) <= day && day <= (employed_until ?? day);
}

/** Return when a branch is open on a day, with the night after it. The API joins what touches: who never closes is open in one
    span, which ends here at midnight. */
function openingOn(open: readonly Span[], day: Span): Span[] {
  return join(open)
    .filter(({ start, end }) => start < day.end && end > day.start)
    .filter(({ start, end }) => start >= day.start || end > day.start + NIGHT)
    .map(({ start, end }) => ({
      start: Math.max(start, day.start),
      end: end > day.end + NIGHT ? day.end : end,
    }));
}

/** How long after midnight a night may end. */
export const NIGHT = 12 * HOUR;

/** Return the times that a new shift begins with: the person's weekly shift of that weekday that is not there yet, else the
    opening hours, else an ordinary day. */
export function suggestTimes(
  zone: string,
  day: string,
  {
    weekly,
    open,
    shifts,
  }: { weekly: readonly WeeklyShiftTimes[]; open: readonly OpenSpan[]; shifts: readonly Span[] },
): ClockTimes {
  const own = weekly
    .filter(({ weekday }) => weekday === isoWeekday(day))
    .map(({ starts, ends }): ClockTimes => ({ starts, ends: ends === "24:00" ? "00:00" : ends }));
  const isFree = (times: ClockTimes) => {
    const span = spanOfShift(zone, day, times);
    return !shifts.some(({ start, end }) => start < span.end && end > span.start);
  };
  const opening = openingOn(open.map(spanOf), spanOfDay(zone, day));
  const [first, last] = [opening[0], opening.at(-1)];
  const asOpen =
    first !== undefined && last !== undefined
      ? [clockTimes(zone, { start: first.start, end: last.end })]
      : [];
  const choices = [...own, ...asOpen, { starts: "09:00", ends: "18:00" }];
  return choices.find(isFree) ?? choices[0] ?? { starts: "09:00", ends: "18:00" };
}

/** A place in the grid: a row, a column, and one of the buttons that are there. */
export interface Place {
  row: number;
  column: number;
  index: number;
}

/** Return where a key leads, or null for another key. `counts`: how many buttons each cell of each row has, at least one. */
export function moveFocus(
  counts: readonly (readonly number[])[],
  { row, column, index }: Place,
  key: string,
  isFar: boolean,
): Place | null {
  const [lastRow, lastColumn] = [counts.length - 1, (counts[row]?.length ?? 1) - 1];
  const countIn = (line: number) => counts[line]?.[column] ?? 1;
  switch (key) {
    case "ArrowLeft":
      return { row, column: Math.max(0, column - 1), index: 0 };
    case "ArrowRight":
      return { row, column: Math.min(lastColumn, column + 1), index: 0 };
    case "ArrowDown":
      if (index < countIn(row) - 1) return { row, column, index: index + 1 };
      return row === lastRow ? { row, column, index } : { row: row + 1, column, index: 0 };
    case "ArrowUp":
      if (index > 0) return { row, column, index: index - 1 };
      return row === 0 ? { row, column, index } : { row: row - 1, column, index: countIn(row - 1) - 1 };
    case "Home":
      return { row: isFar ? 0 : row, column: 0, index: 0 };
    case "End":
      return { row: isFar ? lastRow : row, column: lastColumn, index: 0 };
    default:
      return null;
  }
}
