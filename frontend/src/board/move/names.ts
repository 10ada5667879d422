import type { Card } from "../layout";

/** Return the name of the guest of a card, or null for a guest without one. */
export function nameOf({ appointment, guest }: Pick<Card, "appointment" | "guest">): string | null {
  return appointment.guest_name || guest?.full_name || null;
}
