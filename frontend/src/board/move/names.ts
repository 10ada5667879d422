import type { BoardRead } from "@/api/generated";
import type { Card } from "../layout";

/** Return the name of the guest of a card, or null for a guest without one. */
export function nameOf({ appointment }: Card, board: BoardRead): string | null {
  const guest = board.guests.find(({ id }) => id === appointment.customer_id);
  return appointment.guest_name || guest?.full_name || null;
}
