/** The visits of a customer: those to come and those that were. All of it is pure. */
import type { AppointmentRead, AppointmentStatus, VisitRead } from "@/api/generated";

const RELEASED: readonly AppointmentStatus[] = [
  "cancelled",
  "late_cancelled",
  "declined",
  "expired",
  "no_show",
];
const DONE: readonly AppointmentStatus[] = ["completed", ...RELEASED];

export interface PastVisit {
  visit: VisitRead;
  /** The appointment of the customer; of one who only booked for others, the first. */
  appointment: AppointmentRead;
  /** The customer booked and is no guest. */
  isForOthers: boolean;
  start: number;
  end: number;
}

/** Return the visits to come, the next one first, and all others, the latest first. */
export function splitVisits(
  visits: readonly VisitRead[],
  customerId: string,
  now: number,
): { upcoming: PastVisit[]; past: PastVisit[] } {
  const all = visits.flatMap((visit) => entryOf(visit, customerId) ?? []);
  const isUpcoming = ({ appointment, end }: PastVisit) => end > now && !DONE.includes(appointment.status);
  return {
    upcoming: all.filter(isUpcoming).sort((first, second) => first.start - second.start),
    past: all.filter((entry) => !isUpcoming(entry)).sort((first, second) => second.start - first.start),
  };
}

function entryOf(visit: VisitRead, customerId: string): PastVisit | undefined {
  const own = visit.appointments.find(({ customer_id }) => customer_id === customerId);
  const appointment = own ?? visit.appointments[0];
  if (appointment === undefined) return undefined;
  return {
    visit,
    appointment,
    isForOthers: own === undefined,
    start: Date.parse(appointment.start),
    end: Date.parse(appointment.end),
  };
}

/** Return how many visits took place, and the start of the latest of them. */
export function summaryOf(past: readonly PastVisit[]): { count: number; latest: number | undefined } {
  const completed = past.filter(({ appointment }) => appointment.status === "completed");
  return { count: completed.length, latest: completed[0]?.start };
}
