/** A therapist's day out of the boards of all branches in which they work. Pure. */
import type {
  AppointmentRead,
  AppointmentStatus,
  BlockReason,
  BoardRead,
  TreatmentRead,
  VisitRead,
} from "@/api/generated";
import { gaps, join, type Span, spanOf } from "@/board/spans";
import { isGivenUp } from "@/board/status";
import { MINUTE } from "@/board/time";

export interface Guest extends Span {
  kind: "guest";
  id: string;
  branchId: string;
  zone: string;
  visit: VisitRead;
  appointment: AppointmentRead;
  /** The treatments that this therapist does. */
  treatments: TreatmentRead[];
  /** When the therapist is needed: more than one time when they leave and come back. */
  spans: Span[];
  /** Null: nobody has told a name. */
  name: string | null;
  /** Health remarks. Empty: none. */
  health: string;
  /** Beds and devices with their room, such as `Phòng Sen · Giường 1`. */
  places: string[];
  /** The guest asked for this therapist by name. */
  isRequested: boolean;
}

export interface Away extends Span {
  kind: "blocked" | "leave";
  id: string;
  zone: string;
  /** Null for leave. */
  reason: BlockReason | null;
  note: string;
}

/** Time on shift in which nothing is planned. */
export interface Gap extends Span {
  kind: "gap";
  id: string;
  zone: string;
}

export interface Shift extends Span {
  kind: "shift";
  id: string;
  branchId: string;
  zone: string;
}

export type Entry = Guest | Away | Gap | Shift;

/** Shorter gaps are for cleaning up. */
const SHORTEST_GAP = 15 * MINUTE;

export interface Agenda {
  guests: Guest[];
  shifts: Shift[];
  /** All of it in order: each shift at its start, what is in it, and the gaps. */
  entries: Entry[];
}

export function agendaOf(boards: readonly BoardRead[], staffId: string): Agenda {
  const guests = boards.flatMap((board) => guestsOf(board, staffId)).sort(byStart);
  const shifts = boards.flatMap((board) => shiftsOf(board, staffId)).sort(byStart);
  const aways = distinct(boards.flatMap((board) => awaysOf(board, staffId)));
  const busy = [...guests.flatMap(({ spans }) => spans), ...aways];
  const gaps = shifts.flatMap((shift) => gapsOf(shift, busy));
  return { guests, shifts, entries: [...shifts, ...guests, ...aways, ...gaps].sort(byStart) };
}

function guestsOf(board: BoardRead, staffId: string): Guest[] {
  const roomOf = new Map(
    board.rooms.flatMap(({ name, equipment }) => equipment.map(({ id }) => [id, name] as const)),
  );
  return board.visits.flatMap((visit) =>
    visit.appointments.flatMap((appointment): Guest[] => {
      const treatments = appointment.treatments.filter(({ allocations }) =>
        allocations.some(({ resource_id }) => resource_id === staffId),
      );
      if (treatments.length === 0 || isGivenUp(appointment.status)) return [];
      const allocations = treatments.flatMap((treatment) => treatment.allocations);
      const spans = join(allocations.filter(({ resource_id }) => resource_id === staffId).map(spanOf));
      const places = allocations
        .filter(({ kind }) => kind !== "staff")
        .map(({ resource_id, name }) => {
          const room = roomOf.get(resource_id) ?? null;
          return room === null ? name : `${room} · ${name}`;
        });
      const record = board.guests.find(({ id }) => id === appointment.customer_id);
      const name = record?.full_name ?? appointment.guest_name;
      return [
        {
          kind: "guest",
          id: appointment.id,
          branchId: board.branch_id,
          zone: board.time_zone,
          visit,
          appointment,
          treatments,
          spans,
          start: Math.min(...spans.map(({ start }) => start)),
          end: Math.max(...spans.map(({ end }) => end)),
          name: name === "" ? null : name,
          health: record?.contraindications ?? "",
          places: [...new Set(places)],
          isRequested: treatments.some(({ therapist_id }) => therapist_id === staffId),
        },
      ];
    }),
  );
}

function shiftsOf(board: BoardRead, staffId: string): Shift[] {
  const shifts = board.people.find(({ id }) => id === staffId)?.shifts ?? [];
  return shifts.map((shift) => ({
    kind: "shift",
    id: shift.id,
    branchId: board.branch_id,
    zone: board.time_zone,
    ...spanOf(shift),
  }));
}

/** Return breaks, blocked time and leave. Every board of the day has them. */
function awaysOf(board: BoardRead, staffId: string): Away[] {
  const person = board.people.find(({ id }) => id === staffId);
  if (person === undefined) return [];
  const zone = board.time_zone;
  const day = spanOf(board);
  const within = ({ start, end }: Span) => ({
    start: Math.max(start, day.start),
    end: Math.min(end, day.end),
  });
  return [
    ...person.blocked.map(
      (one): Away => ({
        kind: "blocked",
        id: `${one.id}/${one.day}`,
        zone,
        reason: one.reason,
        note: one.note,
        ...spanOf(one),
      }),
    ),
    ...person.leave.map(
      (one): Away => ({ kind: "leave", id: one.id, zone, reason: null, note: "", ...within(spanOf(one)) }),
    ),
  ];
}

function gapsOf(shift: Shift, busy: readonly Span[]): Gap[] {
  return gaps(shift, busy)
    .filter(({ start, end }) => end - start >= SHORTEST_GAP)
    .map((gap): Gap => ({ kind: "gap", id: `gap/${gap.start}`, zone: shift.zone, ...gap }));
}

/** The order in which statuses are served: one who is being treated goes before one who waits. */
const OPEN: readonly AppointmentStatus[] = ["held", "pending", "confirmed", "reopened", "arrived"];

/** Return the guest who is being treated, or else the next one to come. Who has not come in all their time is left out. */
export function nextGuest(guests: readonly Guest[], now: number): Guest | undefined {
  return (
    guests.find(({ appointment }) => appointment.status === "in_service") ??
    guests.find(
      ({ appointment: { status }, end }) => OPEN.includes(status) && (end > now || status === "arrived"),
    )
  );
}

export interface Timing {
  key: "left" | "over" | "in" | "late" | "waiting";
  minutes: number;
}

/** Minutes before a start from which on a day is counted down. */
const COUNTED = 90;

/** Return what the clock says about a guest, or null when the times alone say enough. */
export function timingOf({ appointment: { status }, start, end }: Guest, now: number): Timing | null {
  const untilStart = Math.ceil((start - now) / MINUTE);
  const untilEnd = Math.ceil((end - now) / MINUTE);
  if (status === "in_service")
    return untilEnd >= 0
      ? { key: "left", minutes: untilEnd }
      : { key: "over", minutes: Math.floor((now - end) / MINUTE) };
  if (!OPEN.includes(status)) return null;
  if (untilStart > 0) return untilStart > COUNTED ? null : { key: "in", minutes: untilStart };
  if (status === "arrived") return { key: "waiting", minutes: -untilStart };
  return untilStart < 0 ? { key: "late", minutes: -untilStart } : { key: "in", minutes: 0 };
}

/** Return the way that a finger has led to another day: 1 to the next one, −1 to the one before, 0 nowhere. */
export function swipeOf(acrossX: number, downY: number): -1 | 0 | 1 {
  if (Math.abs(acrossX) < 56 || Math.abs(acrossX) < 2 * Math.abs(downY)) return 0;
  return acrossX < 0 ? 1 : -1;
}

function distinct<Item extends { id: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}

const RANK = { shift: 0, leave: 1, blocked: 2, guest: 3, gap: 4 };

function byStart(first: Span & { kind?: Entry["kind"] }, second: Span & { kind?: Entry["kind"] }): number {
  return first.start - second.start || RANK[first.kind ?? "guest"] - RANK[second.kind ?? "guest"];
}
