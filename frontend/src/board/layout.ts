/** From a day of the API to columns, cards and lanes. Pure: no DOM, no clock, no language.

    layOut         everything that is drawn of a day
    assignLanes    cards of a column that overlap, side by side
    visibleSpan    the hours that are drawn
    scaleFor       pixels a minute, so that a short card can be read
    neighbour      where an arrow key leads
*/
import type {
  AppointmentRead,
  AppointmentStatus,
  BlockReason,
  BoardBill,
  BoardBlockedTime,
  BoardEquipment,
  BoardGuest,
  BoardPerson,
  BoardRead,
  TreatmentAllocation,
  TreatmentRead,
  VisitRead,
} from "@/api/generated";
import { gaps, join, type Span, spanOf } from "./spans";
import { HOUR, MINUTE, nextHour } from "./time";

export type View = "staff" | "rooms";

export interface Shade extends Span {
  kind: "closed" | "off" | "leave" | "outage" | "blocked";
  /** The id of the leave, the outage or the blocked time. */
  id?: string;
  /** What somebody wrote, such as the reason of an outage. */
  text?: string;
  /** What a blocked time is for. */
  use?: BlockReason;
}

export interface Card extends Span {
  key: string;
  visit: VisitRead;
  appointment: AppointmentRead;
  treatment: TreatmentRead;
  guest: BoardGuest | undefined;
  /** It cannot take place as booked. */
  isStranded: boolean;
  /** How far the guest has paid; undefined: there is no bill. */
  bill: BoardBill["state"] | undefined;
  /** The lane from 0, of as many as its group of overlapping cards has. */
  lane: number;
  lanes: number;
}

export interface Column {
  id: string;
  kind: "staff" | "bed" | "device" | "unassigned" | "day";
  /** The full name; empty for what has no name. */
  name: string;
  /** The room of a bed or a device; null: in no room. Undefined for other columns. */
  room?: string | null;
  /** The first bed or device of a room, and the column after the last. */
  startsGroup?: boolean;
  shifts: Span[];
  shades: Shade[];
  cards: Card[];
}

export const MIN_CARD_HEIGHT = 30;
const USUAL_SCALE = 1.5;
/** Minutes. */
const SHORTEST_TREATMENT = 15;

export interface DayLayout {
  columns: Column[];
  /** The hours that are drawn. */
  span: Span;
  /** Pixels a minute. */
  scale: number;
}

/** Lay out a day. `isShown` leaves out the cards of a status. */
export function layOut(
  board: BoardRead,
  view: View,
  isShown: (status: AppointmentStatus) => boolean,
): DayLayout {
  const columns = buildColumns(board, view, isShown);
  const scale = scaleFor(columns);
  const shortest = (MIN_CARD_HEIGHT / scale) * MINUTE;
  return {
    columns: columns.map((column) => ({ ...column, cards: assignLanes(column.cards, shortest) })),
    span: visibleSpan(board, columns),
    scale,
  };
}

function buildColumns(
  board: BoardRead,
  view: View,
  isShown: (status: AppointmentStatus) => boolean,
): Column[] {
  const columns =
    view === "staff" ? board.people.map((person) => staffColumn(board, person)) : roomColumns(board);
  const byId = new Map(columns.map((column) => [column.id, column]));
  const unassigned: Column = {
    id: "unassigned",
    kind: "unassigned",
    name: "",
    shifts: [],
    shades: [],
    cards: [],
  };
  for (const card of cardsOf(board, view)) {
    if (isShown(card.appointment.status)) (byId.get(card.columnId) ?? unassigned).cards.push(card);
  }
  return unassigned.cards.length > 0 ? [...columns, unassigned] : columns;
}

function* cardsOf(board: BoardRead, view: View): Generator<Card & { columnId: string }> {
  const guests = new Map(board.guests.map((guest) => [guest.id, guest]));
  const stranded = new Set(board.stranded.map(({ appointment_id }) => appointment_id));
  const bills = new Map(board.bills.map(({ appointment_id, state }) => [appointment_id, state]));
  for (const visit of board.visits) {
    for (const appointment of visit.appointments) {
      const isStranded = stranded.has(appointment.id);
      const bill = bills.get(appointment.id);
      const guest = guests.get(appointment.customer_id ?? "");
      for (const treatment of appointment.treatments) {
        const occupied = treatment.allocations.filter(
          (allocation) => (allocation.kind === "staff") === (view === "staff"),
        );
        for (const { columnId, start, end } of placesOf(board, view, treatment, occupied)) {
          const key = `${treatment.id}/${columnId}/${start}`;
          const facts = { key, columnId, visit, appointment, treatment, guest, isStranded, bill };
          yield { ...facts, start, end, lane: 0, lanes: 1 };
        }
      }
    }
  }
}

/** Return where a treatment is shown: what it occupies, or, when it occupies nothing, what it had, or who was asked for. */
function placesOf(
  board: BoardRead,
  view: View,
  treatment: TreatmentRead,
  allocations: TreatmentAllocation[],
): (Span & { columnId: string })[] {
  if (allocations.length === 0) {
    const released = board.released.find(({ treatment_id }) => treatment_id === treatment.id);
    const had = released?.resource_ids.filter((id) => isColumn(board, view, id)) ?? [];
    const columnIds = had.length > 0 ? had : [treatment.therapist_id ?? "unassigned"];
    return columnIds.map((columnId) => ({ columnId, ...spanOf(treatment) }));
  }
  const byColumn = new Map<string, Span[]>();
  for (const allocation of allocations) {
    const spans = byColumn.get(allocation.resource_id) ?? [];
    byColumn.set(allocation.resource_id, [...spans, spanOf(allocation)]);
  }
  return [...byColumn].flatMap(([columnId, spans]) => join(spans).map((span) => ({ columnId, ...span })));
}

function isColumn(board: BoardRead, view: View, resourceId: string): boolean {
  if (view === "staff") return board.people.some(({ id }) => id === resourceId);
  return board.rooms.some(({ equipment }) => equipment.some(({ id }) => id === resourceId));
}

function staffColumn(board: BoardRead, person: BoardPerson): Column {
  const shifts = person.shifts.map(spanOf);
  return {
    id: person.id,
    kind: "staff",
    name: person.name,
    shifts,
    shades: [
      ...gaps(spanOf(board), shifts).map((span): Shade => ({ kind: "off", ...span })),
      ...closedHours(board),
      ...person.leave.map((leave): Shade => ({ kind: "leave", id: leave.id, ...spanOf(leave) })),
      ...person.blocked.map(toBlockedShade),
    ],
    cards: [],
  };
}

function roomColumns(board: BoardRead): Column[] {
  return board.rooms.flatMap((room) =>
    room.equipment.map((equipment, index) => ({
      ...equipmentColumn(board, room.name ?? null, equipment),
      startsGroup: index === 0,
    })),
  );
}

function equipmentColumn(board: BoardRead, room: string | null, equipment: BoardEquipment): Column {
  return {
    id: equipment.id,
    kind: equipment.kind === "device" ? "device" : "bed",
    name: equipment.name,
    room,
    shifts: [],
    shades: [
      ...closedHours(board),
      ...equipment.outages.map(
        (outage): Shade => ({ kind: "outage", id: outage.id, text: outage.reason, ...spanOf(outage) }),
      ),
      ...equipment.blocked.map(toBlockedShade),
    ],
    cards: [],
  };
}

function toBlockedShade(blocked: BoardBlockedTime): Shade {
  return { kind: "blocked", id: blocked.id, use: blocked.reason, text: blocked.note, ...spanOf(blocked) };
}

function closedHours(board: BoardRead): Shade[] {
  return gaps(spanOf(board), board.opening_hours.map(spanOf)).map((span) => ({ kind: "closed", ...span }));
}

/** Give each card a lane. Cards that overlap share their width, and no more than their group needs.

    A card that is shorter than `shortest` milliseconds is drawn as long as that. The cards come back in the order in which
    they start; the longer one first when two start together.
*/
export function assignLanes<C extends Span & { lane: number; lanes: number }>(cards: C[], shortest = 0): C[] {
  const inOrder = [...cards].sort((a, b) => a.start - b.start || b.end - a.end);
  const placed: C[] = [];
  let group: C[] = [];
  let ends: number[] = [];
  const closeGroup = () => {
    for (const card of group) placed.push({ ...card, lanes: ends.length });
    group = [];
    ends = [];
  };
  for (const card of inOrder) {
    if (ends.every((end) => end <= card.start)) closeGroup();
    const free = ends.findIndex((end) => end <= card.start);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = Math.max(card.end, card.start + shortest);
    group.push({ ...card, lane });
  }
  closeGroup();
  return placed;
}

/** Return the span to draw: opening hours, shifts and cards, from a full hour to a full hour, within the day. */
export function visibleSpan(board: BoardRead, columns: Column[]): Span {
  const day = spanOf(board);
  const spans = [
    ...board.opening_hours.map(spanOf),
    ...columns.flatMap((column) => [...column.shifts, ...column.cards]),
  ].filter((span) => span.end > day.start && span.start < day.end);
  if (spans.length === 0)
    return { start: day.start + 9 * HOUR, end: Math.min(day.start + 21 * HOUR, day.end) };
  const first = Math.max(day.start, Math.min(...spans.map((span) => span.start)));
  const last = Math.min(day.end, Math.max(...spans.map((span) => span.end)));
  const zone = board.time_zone;
  const startsAt = nextHour(zone, first) === first ? first : nextHour(zone, first) - HOUR;
  return { start: Math.max(day.start, startsAt), end: Math.min(day.end, nextHour(zone, last)) };
}

/** Return the pixels of a minute: as many as a card of the shortest treatment needs for a line of text.

    Pieces below a quarter of an hour, such as tidying up, do not stretch the day; they are drawn longer than they are.
*/
export function scaleFor(columns: Column[]): number {
  const minutes = columns.flatMap((column) => column.cards.map((card) => (card.end - card.start) / MINUTE));
  const shortest = Math.max(SHORTEST_TREATMENT, Math.min(...minutes));
  return Math.max(USUAL_SCALE, MIN_CARD_HEIGHT / shortest);
}

/** Return the two parts of a name, divided at the space next to its middle. */
export function halves(name: string): [string, string] {
  const spaces = [...name.matchAll(/ /g)].map(({ index }) => index);
  const [middle] = spaces.sort((a, b) => Math.abs(a - name.length / 2) - Math.abs(b - name.length / 2));
  return middle === undefined ? [name, ""] : [name.slice(0, middle), name.slice(middle + 1)];
}

/** Return the pixels from the top of a span to an instant. */
export function offsetOf(span: Span, scale: number, instant: number): number {
  return ((instant - span.start) / MINUTE) * scale;
}

/** Return the instant so many pixels from the top of a span. */
export function instantAt(span: Span, scale: number, offset: number): number {
  return span.start + (offset / scale) * MINUTE;
}

export type Direction = "up" | "down" | "left" | "right";

/** Return the key of the card that an arrow key leads to, or null at the edge of the board. */
export function neighbour(columns: Column[], key: string, direction: Direction): string | null {
  const column = columns.findIndex(({ cards }) => cards.some((card) => card.key === key));
  const cards = columns[column]?.cards ?? [];
  const index = cards.findIndex((card) => card.key === key);
  const card = cards[index];
  if (card === undefined) return null;
  if (direction === "up" || direction === "down") {
    return cards[index + (direction === "up" ? -1 : 1)]?.key ?? null;
  }
  const step = direction === "left" ? -1 : 1;
  for (let next = column + step; next >= 0 && next < columns.length; next += step) {
    const nearest = [...(columns[next]?.cards ?? [])].sort(
      (a, b) => Math.abs(a.start - card.start) - Math.abs(b.start - card.start),
    )[0];
    if (nearest !== undefined) return nearest.key;
  }
  return null;
}
