/** What a customer had before: to repeat it, and to know the usual treatment. Pure. */
import type { AppointmentRead, AppointmentStatus, BoardRead, VisitRead } from "@/api/generated";
import { newTreatment, type TreatmentDraft } from "./draft";

/** Statuses of appointments that say nothing about what a guest likes. */
const NOT_TAKEN = new Set<AppointmentStatus>(["held", "expired", "declined", "cancelled", "late_cancelled"]);

export interface PastVisit {
  id: string;
  start: number;
  /** The remark that was made then. */
  note: string;
  appointment: AppointmentRead;
}

/** Return the customer's own appointments that are over, the latest start first. */
export function pastVisits(visits: VisitRead[], customerId: string, now: number): PastVisit[] {
  return visits
    .flatMap((visit) =>
      visit.appointments
        .filter(({ customer_id, status }) => customer_id === customerId && !NOT_TAKEN.has(status))
        .filter(({ end, status }) => status === "completed" || Date.parse(end) <= now)
        .map((appointment) => ({
          id: appointment.id,
          start: Date.parse(appointment.start),
          note: visit.note,
          appointment,
        })),
    )
    .sort((a, b) => b.start - a.start);
}

/** Return the treatments of a past appointment, to be booked again. What is no longer sold is left out. */
export function treatmentsOf(
  { treatments }: AppointmentRead,
  isSold: (id: string) => boolean,
): TreatmentDraft[] {
  return treatments
    .filter(({ variant_id }) => isSold(variant_id))
    .map((treatment) => ({
      ...newTreatment(treatment.variant_id),
      addOnIds: treatment.add_ons.map(({ add_on_id }) => add_on_id).filter(isSold),
      therapistId: treatment.therapist_id,
      isRequested: treatment.therapist_id !== null,
      gender: treatment.gender,
    }));
}

/** Return the treatments that a customer has most often, of equally frequent ones the last. Empty: nothing is known. */
export function usualTreatments(past: PastVisit[], isSold: (id: string) => boolean): TreatmentDraft[] {
  const counts = new Map<string, { count: number; treatments: TreatmentDraft[] }>();
  for (const { appointment } of past) {
    const treatments = treatmentsOf(appointment, isSold);
    if (treatments.length === 0) continue;
    const key = treatments
      .map(({ variantId, addOnIds }) => [variantId, ...[...addOnIds].sort()].join("+"))
      .join(" ");
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { count: 1, treatments });
    else known.count += 1;
  }
  let usual: { count: number; treatments: TreatmentDraft[] } = { count: 0, treatments: [] };
  for (const candidate of counts.values()) if (candidate.count > usual.count) usual = candidate;
  return usual.treatments;
}

/** Return the variants of a day, the most booked first. */
export function popularVariants(board: BoardRead | undefined): string[] {
  const counts = new Map<string, number>();
  for (const visit of board?.visits ?? []) {
    for (const { treatments } of visit.appointments) {
      for (const { variant_id } of treatments) counts.set(variant_id, (counts.get(variant_id) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
}
