import { expect, test } from "vitest";
import type { AppointmentStatus, SeriesRead, VisitRead } from "@/api/generated";
import { guest } from "@/board/move/samples";
import { cancelledBy } from "./seriesChanges";

function seriesOf(...statuses: (AppointmentStatus | null)[]): SeriesRead {
  const occurrences = statuses.map((status, index) => {
    const appointments = status && [{ ...guest, id: `guest-${index}`, status }];
    const visit = appointments && ({ id: `visit-${index}`, appointments } as unknown as VisitRead);
    return { number: index + 1, start: "", error: null, visit };
  });
  return {
    ...{ id: "s", branch_id: "b", every_weeks: 1, count: statuses.length, created_at: "" },
    occurrences,
  };
}

test("only what was cancelled in between is named", () =>
  expect(
    cancelledBy({
      before: seriesOf("completed", "cancelled", "confirmed", "pending", null),
      after: seriesOf("completed", "cancelled", "late_cancelled", "cancelled", null),
    }),
  ).toEqual([
    { visitId: "visit-2", appointmentIds: ["guest-2"] },
    { visitId: "visit-3", appointmentIds: ["guest-3"] },
  ]));
