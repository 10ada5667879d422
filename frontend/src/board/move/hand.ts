/** A card in the hand: where it was, and where it would be put down. Pure: no DOM, no clock, no language.

    grasp       take a card
    carryTo     to a column and a time
    stretchTo   to another length
    nudge       by an arrow key
*/
import type { AppointmentStatus, BoardRead } from "@/api/generated";
import type { Card, Column, Direction, View } from "../layout";
import { MINUTE } from "../time";

export interface Place {
  columnId: string;
  /** When the guest's treatment begins. */
  start: number;
  /** The guest's minutes. */
  minutes: number;
}

export interface Hand {
  card: Card;
  view: View;
  from: Place;
  at: Place;
}

export const FINE_STEP = 5;

const EDITABLE: readonly AppointmentStatus[] = [
  "held",
  "pending",
  "confirmed",
  "arrived",
  "in_service",
  "reopened",
];

/** Return whether the appointment can get another time or therapist. */
export function isMovable(status: AppointmentStatus): boolean {
  return status !== "in_service" && isResizable(status);
}

/** Return whether the treatment can become longer or shorter: also while it is running. */
export function isResizable(status: AppointmentStatus): boolean {
  return EDITABLE.includes(status);
}

/** Take a card of a column. A card of another day is `later` by so many milliseconds at the same time of the day. */
export function grasp(card: Card, columnId: string, view: View, later = 0): Hand {
  const start = Date.parse(card.treatment.start);
  const from = { columnId, start, minutes: (Date.parse(card.treatment.end) - start) / MINUTE };
  return { card, view, from, at: { ...from, start: start + later } };
}

/** Carry the card to a column, and the begin of the treatment to the step nearest to an instant. */
export function carryTo(hand: Hand, board: BoardRead, columnId: string, instant: number, step: number): Hand {
  if (!isMovable(hand.card.appointment.status)) return hand;
  return put(hand, { ...hand.at, columnId, start: within(hand, board, snap(board, instant, step)) });
}

/** Let the treatment end at the step nearest to an instant. It lasts five minutes at least. */
export function stretchTo(hand: Hand, board: BoardRead, instant: number, step: number): Hand {
  const end = Math.min(snap(board, instant, step), Date.parse(board.end));
  return put(hand, { ...hand.at, minutes: Math.max(FINE_STEP, (end - hand.at.start) / MINUTE) });
}

/** Move the card by an arrow key: a step up or down, or to the next column. */
export function nudge(
  hand: Hand,
  board: BoardRead,
  columns: readonly Column[],
  to: Direction,
  step: number,
): Hand {
  if (!isMovable(hand.card.appointment.status)) return hand;
  if (to === "up" || to === "down") {
    const next = stepFrom(board, hand.at.start, to, step);
    return put(hand, { ...hand.at, start: within(hand, board, next) });
  }
  const free = columns.filter(({ kind }) => kind !== "unassigned");
  const index = free.findIndex(({ id }) => id === hand.at.columnId);
  const column = free[index === -1 ? 0 : index + (to === "left" ? -1 : 1)];
  return column === undefined ? hand : put(hand, { ...hand.at, columnId: column.id });
}

/** Make the treatment a step longer or shorter. */
export function stretch(hand: Hand, board: BoardRead, to: "up" | "down", step: number): Hand {
  const end = stepFrom(board, hand.at.start + hand.at.minutes * MINUTE, to, step);
  return stretchTo(hand, board, end, FINE_STEP);
}

export function hasChanged({ from, at }: Hand): boolean {
  return from.columnId !== at.columnId || from.start !== at.start || from.minutes !== at.minutes;
}

/** Return when the guest's first treatment would begin. */
export function appointmentStart({ card, from, at }: Hand): number {
  return Date.parse(card.appointment.start) + at.start - from.start;
}

/** Return the step of the day that is nearest to an instant. Steps are counted from midnight of the branch. */
export function snap(board: BoardRead, instant: number, step: number): number {
  const origin = Date.parse(board.start);
  return origin + Math.round((instant - origin) / (step * MINUTE)) * step * MINUTE;
}

/** Return the next step before or after an instant, also when the instant is between two steps. */
function stepFrom(board: BoardRead, instant: number, to: "up" | "down", step: number): number {
  const origin = Date.parse(board.start);
  const count = (instant - origin) / (step * MINUTE);
  return origin + (to === "up" ? Math.ceil(count) - 1 : Math.floor(count) + 1) * step * MINUTE;
}

function within(hand: Hand, board: BoardRead, start: number): number {
  const last = Date.parse(board.end) - hand.at.minutes * MINUTE;
  return Math.max(Date.parse(board.start), Math.min(start, last));
}

/** Return the same hand when it stays where it is: nothing is drawn again. */
function put(hand: Hand, at: Place): Hand {
  const { columnId, start, minutes } = hand.at;
  const stays = at.columnId === columnId && at.start === start && at.minutes === minutes;
  return stays ? hand : { ...hand, at };
}
