/** Where something is on a day. Pure. */
import type { AppointmentRead, BoardGuest, BoardRead, TreatmentRead, VisitRead } from "@/api/generated";

/** The appointment of one guest, with the visit that it belongs to. */
export interface Opened {
  visit: VisitRead;
  appointment: AppointmentRead;
}

/** Return an appointment of a day, or undefined when it is not on it any more. */
export function findAppointment(board: BoardRead, appointmentId: string): Opened | undefined {
  for (const visit of board.visits) {
    const appointment = visit.appointments.find(({ id }) => id === appointmentId);
    if (appointment !== undefined) return { visit, appointment };
  }
  return undefined;
}

/** Return the appointment of a card. Its key begins with the id of the treatment. */
export function findByCard(
  board: BoardRead,
  key: string,
): (Opened & { treatment: TreatmentRead }) | undefined {
  const [treatmentId] = key.split("/");
  for (const visit of board.visits) {
    for (const appointment of visit.appointments) {
      const treatment = appointment.treatments.find(({ id }) => id === treatmentId);
      if (treatment !== undefined) return { visit, appointment, treatment };
    }
  }
  return undefined;
}

export function guestOf(board: BoardRead, appointment: AppointmentRead): BoardGuest | undefined {
  return board.guests.find(({ id }) => id === appointment.customer_id);
}

/** Return the name of a guest as the desk wrote it, else that of the customer, else null. */
export function nameOf(board: BoardRead, appointment: AppointmentRead): string | null {
  return appointment.guest_name || guestOf(board, appointment)?.full_name || null;
}

/** Return the names of the therapists, or of the beds and devices, that a treatment occupies, each once. */
export function assignedNames(treatment: TreatmentRead, kind: "staff" | "place"): string[] {
  const allocations = treatment.allocations.filter(
    (allocation) => (allocation.kind === "staff") === (kind === "staff"),
  );
  return [...new Set(allocations.map(({ name }) => name))];
}
