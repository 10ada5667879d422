/** Where the card in the hand fits, as the API says it for one treatment and one day. Pure. */
import type { Instants, Obstacle, PlacesRead } from "@/api/generated";
import type { Column } from "../layout";
import type { Span } from "../spans";
import { MINUTE } from "../time";
import { appointmentStart, type Hand } from "./hand";

/** Why a card does not fit: what the API says, or that the branch is closed then, or that the column is of no use. */
export type Verdict = "fits" | "closed" | "unfit" | Obstacle;

/** Return whether the guest can begin at `start` in a column. */
export function verdictOf(places: PlacesRead, columnId: string, start: number): Verdict {
  const place = places.places.find(({ resource_id }) => resource_id === columnId);
  if (place === undefined) return "unfit";
  if (place.fits.some((run) => isIn(run, start))) return "fits";
  const obstacle = place.obstacles.find(({ starts }) => starts.some((run) => isIn(run, start)));
  return obstacle?.code ?? "closed";
}

/** Return the verdict on the place where the hand is. A card whose time or therapist stays as it was always fits. */
export function verdictOn(places: PlacesRead, hand: Hand): Verdict {
  const { from, at } = hand;
  if (from.columnId === at.columnId && from.start === at.start) return "fits";
  return verdictOf(places, at.columnId, appointmentStart(hand));
}

/** Return the times of a column that the card can cover, in the order of time and apart from each other. */
export function areasOf(places: PlacesRead, columnId: string, hand: Hand): Span[] {
  const { card } = hand;
  const place = places.places.find(({ resource_id }) => resource_id === columnId);
  // The card begins later than the guest when it is of a later treatment or piece.
  const before = card.start - Date.parse(card.appointment.start);
  const length = card.end - card.start;
  const areas: Span[] = [];
  for (const [first, end] of place?.fits ?? []) {
    const start = Date.parse(first) + before;
    // The last start is a step of five minutes before the end of the run.
    const area = { start, end: Date.parse(end) + before - 5 * MINUTE + length };
    const last = areas.at(-1);
    if (last !== undefined && last.end >= area.start) last.end = Math.max(last.end, area.end);
    else areas.push(area);
  }
  return areas;
}

/** Return whether the desk can overrule what stands against a place: hours, shifts and blocked time, never another guest,
    leave or an outage, and never what the guest asked for. */
export function canForce(places: PlacesRead | null, column: Column | undefined, hand: Hand): boolean {
  const { card, at, from } = hand;
  const verdict = places === null ? "fits" : verdictOn(places, hand);
  if (column === undefined || ["unfit", "unsuitable", "others"].includes(verdict)) return false;
  const start = card.start + at.start - from.start;
  const end = start + (card.end - card.start) + (at.minutes - from.minutes) * MINUTE;
  const overlaps = (span: Span) => span.start < end && span.end > start;
  return (
    !column.cards.some(({ treatment, ...span }) => {
      const isOther = treatment.id !== card.treatment.id && treatment.allocations.length > 0;
      return isOther && overlaps(span);
    }) &&
    !column.shades.some((shade) => (shade.kind === "leave" || shade.kind === "outage") && overlaps(shade))
  );
}

function isIn([first, end]: Instants, instant: number): boolean {
  return Date.parse(first) <= instant && instant < Date.parse(end);
}
