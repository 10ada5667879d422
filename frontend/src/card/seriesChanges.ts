/** What cancelling a series has changed. Pure. */
import type { SeriesRead } from "@/api/generated";

interface Cancelled {
  visitId: string;
  appointmentIds: string[];
}

export interface SeriesChange {
  before: SeriesRead;
  after: SeriesRead;
}

/** Return the guests who came before a series was cancelled and do not come after it, by their visits. */
export function cancelledBy({ before, after }: SeriesChange): Cancelled[] {
  const statuses = new Map(
    before.occurrences.flatMap(
      ({ visit }) => visit?.appointments.map(({ id, status }) => [id, status] as const) ?? [],
    ),
  );
  return after.occurrences.flatMap(({ visit }) => {
    const gone = visit?.appointments.filter(
      ({ id, status }) =>
        (status === "cancelled" || status === "late_cancelled") && statuses.get(id) !== status,
    );
    if (!visit || gone === undefined || gone.length === 0) return [];
    return [{ visitId: visit.id, appointmentIds: gone.map(({ id }) => id) }];
  });
}
