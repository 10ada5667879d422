/** The week of one therapist: a column for each day, with all days on the hours of the first. Pure. */
import type { AppointmentStatus, BoardRead } from "@/api/generated";
import { type Column, type DayLayout, layOut } from "./layout";
import { shift } from "./move/movement";
import type { Span } from "./spans";

/** Return the columns of a week. `nameOf` names a day. The times of a card are those of its own day on the wall. */
export function layOutWeek(
  boards: BoardRead[],
  staffId: string,
  isShown: (status: AppointmentStatus) => boolean,
  nameOf: (day: string) => string,
): DayLayout | null {
  const [first] = boards;
  if (first === undefined) return null;
  const origin = Date.parse(first.start);
  const layouts = boards.map((board) => {
    const earlier = origin - Date.parse(board.start);
    const { columns, scale, span } = layOut(board, "staff", isShown);
    const moved = <S extends Span>(one: S): S => ({
      ...one,
      start: one.start + earlier,
      end: one.end + earlier,
    });
    const own = columns.find(({ id }) => id === staffId);
    const column: Column = {
      id: board.day,
      kind: "day",
      name: nameOf(board.day),
      shifts: (own?.shifts ?? []).map(moved),
      shades: (
        own?.shades ?? [{ kind: "off" as const, start: Date.parse(board.start), end: Date.parse(board.end) }]
      ).map(moved),
      cards: (own?.cards ?? []).map((card) => ({
        ...moved(card),
        treatment: shift(card.treatment, earlier),
      })),
    };
    return { column, scale, span: moved(span) };
  });
  return {
    columns: layouts.map(({ column }) => column),
    scale: Math.max(...layouts.map(({ scale }) => scale)),
    span: {
      start: Math.min(...layouts.map(({ span }) => span.start)),
      end: Math.max(...layouts.map(({ span }) => span.end)),
    },
  };
}
