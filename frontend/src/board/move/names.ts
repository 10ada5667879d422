import type { BoardRead } from "@/api/generated";
import type { Card } from "../layout";
import type { Hand } from "./hand";

/** Return the name of the guest of a card, or null for a guest without one. */
export function nameOf({ appointment }: Card, board: BoardRead): string | null {
  const guest = board.guests.find(({ id }) => id === appointment.customer_id);
  return appointment.guest_name || guest?.full_name || null;
}

/** Return the name of the guest in the hand: that of the day they come from, where this day does not know them. */
export function nameInHand({ card, name }: Hand, board: BoardRead): string | null {
  return nameOf(card, board) ?? name ?? null;
}
