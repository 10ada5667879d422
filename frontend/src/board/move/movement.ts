/** What a drop changes: the request, and how the day looks until the answer. Pure. */
import type {
  AppointmentRead,
  AppointmentUpdate,
  BoardGuest,
  BoardRead,
  TreatmentChange,
  TreatmentRead,
  VisitRead,
} from "@/api/generated";
import { MINUTE } from "../time";
import { appointmentStart, type Hand, hasChanged } from "./hand";

/** Appointments as they are to be, until the API has answered. */
export interface Pending {
  id: string;
  visit: VisitRead;
  appointments: AppointmentRead[];
  guests: BoardGuest[];
}

/** Return the request for a drop. */
export function requestOf(hand: Hand): AppointmentUpdate {
  const { card, view, from, at } = hand;
  const treatment: TreatmentChange = { id: card.treatment.id };
  const isOtherColumn = from.columnId !== at.columnId;
  const isOtherTime = from.start !== at.start;
  // The therapist whose column it is dropped on, or the API might choose another one who is free. A bed that stays is not
  // asked for: it would become the only one that will do.
  if (view === "staff" && (isOtherColumn || isOtherTime)) treatment.assign_to = at.columnId;
  if (view === "rooms" && isOtherColumn) treatment.bed_id = at.columnId;
  if (from.minutes !== at.minutes) treatment.minutes = at.minutes;
  const isOther = Object.keys(treatment).length > 1;
  return {
    ...(isOtherTime ? { start: iso(appointmentStart(hand)) } : {}),
    ...(isOther
      ? {
          treatments: card.appointment.treatments.map(({ id }) =>
            id === card.treatment.id ? treatment : { id },
          ),
        }
      : {}),
  };
}

/** Return the appointment as it will be when the drop succeeds. */
export function expected(hand: Hand, columnName: string): AppointmentRead {
  const { card, view, from, at } = hand;
  const { appointment } = card;
  if (!hasChanged(hand)) return appointment;
  const longer = (at.minutes - from.minutes) * MINUTE;
  const index = appointment.treatments.findIndex(({ id }) => id === card.treatment.id);
  const treatments = appointment.treatments.map((treatment, number) => {
    const shifted = shift(treatment, at.start - from.start + (number > index ? longer : 0));
    if (number !== index) return shifted;
    return lengthen(
      {
        ...shifted,
        allocations: shifted.allocations.map((allocation) =>
          (allocation.kind === "staff") === (view === "staff") && allocation.resource_id === from.columnId
            ? { ...allocation, resource_id: at.columnId, name: columnName }
            : allocation,
        ),
      },
      longer,
    );
  });
  return movedTo(appointment, treatments);
}

/** Return the appointment at another start, with its therapists and beds. */
export function startingAt(appointment: AppointmentRead, start: string): AppointmentRead {
  const later = Date.parse(start) - Date.parse(appointment.start);
  return movedTo(
    appointment,
    appointment.treatments.map((treatment) => shift(treatment, later)),
  );
}

function movedTo(appointment: AppointmentRead, treatments: TreatmentRead[]): AppointmentRead {
  const start = treatments[0]?.start ?? appointment.start;
  return { ...appointment, start, end: treatments.at(-1)?.end ?? appointment.end, treatments };
}

/** Return a treatment, with all that it occupies, so many milliseconds later. */
export function shift(treatment: TreatmentRead, later: number): TreatmentRead {
  if (later === 0) return treatment;
  return {
    ...treatment,
    start: add(treatment.start, later),
    end: add(treatment.end, later),
    allocations: treatment.allocations.map((allocation) => ({
      ...allocation,
      start: add(allocation.start, later),
      end: add(allocation.end, later),
    })),
  };
}

/** Move the end of a treatment, and of everything that is occupied until then or longer. */
function lengthen(treatment: TreatmentRead, longer: number): TreatmentRead {
  if (longer === 0) return treatment;
  return {
    ...treatment,
    end: add(treatment.end, longer),
    allocations: treatment.allocations.map((allocation) =>
      Date.parse(allocation.end) >= Date.parse(treatment.end)
        ? { ...allocation, end: add(allocation.end, longer) }
        : allocation,
    ),
  };
}

/** Return the day as it will be when everything that is under way succeeds. */
export function withPending(board: BoardRead, pending: readonly Pending[]): BoardRead {
  return pending.reduce(applyPending, board);
}

function applyPending(board: BoardRead, { visit, appointments, guests }: Pending): BoardRead {
  const current = board.visits.find(({ id }) => id === visit.id) ?? { ...visit, appointments: [] };
  const moved = new Map(appointments.map((appointment) => [appointment.id, appointment]));
  const known = new Set(current.appointments.map(({ id }) => id));
  const all = [
    ...current.appointments.map((appointment) => {
      const next = moved.get(appointment.id);
      return next === undefined
        ? appointment
        : { ...appointment, start: next.start, end: next.end, treatments: next.treatments };
    }),
    ...appointments.filter(({ id }) => !known.has(id)),
  ];
  const next = { ...current, appointments: all };
  const rest = board.visits.filter(({ id }) => id !== visit.id);
  const unknown = guests.filter((guest) => !board.guests.some(({ id }) => id === guest.id));
  return {
    ...board,
    visits: isOnDay(next, board) ? [...rest, next] : rest,
    guests: unknown.length === 0 ? board.guests : [...board.guests, ...unknown],
  };
}

/** Return the day after the API has answered: `after` instead of `before`, if nothing newer has come since. */
export function withAnswer(board: BoardRead, before: VisitRead, after: VisitRead): BoardRead {
  const known = board.visits.find(({ id }) => id === after.id);
  if (known !== undefined && known !== before) return board;
  if (known === undefined && !isOnDay(after, board)) return board;
  const rest = board.visits.filter((visit) => visit !== before);
  return { ...board, visits: isOnDay(after, board) ? [...rest, after] : rest };
}

/** A party is on the day on which one of its guests comes. */
function isOnDay(visit: VisitRead, board: BoardRead): boolean {
  return visit.appointments.some(
    ({ start, end }) =>
      Date.parse(end) > Date.parse(board.start) && Date.parse(start) < Date.parse(board.end),
  );
}

function add(instant: string, milliseconds: number): string {
  return iso(Date.parse(instant) + milliseconds);
}

export function iso(instant: number): string {
  return new Date(instant).toISOString();
}
