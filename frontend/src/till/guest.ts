/** Whether a guest has something to pay. Pure. */
import type { BoardRead } from "@/api/generated";
import type { Opened } from "@/card/find";
import { isPayable } from "./bill";

/** Return how far a guest has paid; undefined: there is no bill. */
export function billState(board: BoardRead, { appointment }: Opened) {
  return board.bills.find(({ appointment_id }) => appointment_id === appointment.id)?.state;
}

/** Return whether there is nothing to pay: it is paid, or was given back. */
export function isSettled(board: BoardRead, opened: Opened): boolean {
  return ["paid", "refunded"].includes(billState(board, opened) ?? "");
}

/** Return whether there is a bill, or one can be made. */
export function hasBill(board: BoardRead, opened: Opened): boolean {
  return billState(board, opened) !== undefined || isPayable(opened.appointment);
}
