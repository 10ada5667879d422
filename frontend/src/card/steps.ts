/** The steps of a status. Which of them a person may take now comes from the API; here is how they are offered. Pure. */
import type { AppointmentStatus, AppointmentSteps, StatusRequest, StatusStep } from "@/api/generated";

/** A request that changes the status of some guests. */
export interface Step extends StatusStep {
  appointmentIds: string[];
}

/** The way of a visit: the first of these that is allowed is the next step. */
const FORWARD: StatusRequest[] = ["confirmed", "arrived", "in_service", "completed"];
const ASIDE: StatusRequest[] = ["no_show", "declined", "cancelled", "reopened"];

/** The keys on a card in focus. With Shift they are for the whole party. */
export const STEP_KEYS = {
  c: "confirmed",
  a: "arrived",
  b: "in_service",
  d: "completed",
  k: "no_show",
  r: "declined",
  x: "cancelled",
  o: "reopened",
} as const satisfies Record<string, StatusRequest>;

/** Return the key of a request, in capitals as on a keyboard. */
export function keyOf(request: StatusRequest): string {
  const entry = Object.entries(STEP_KEYS).find(([, other]) => other === request);
  return entry === undefined ? "" : entry[0].toUpperCase();
}

/** Return what can be requested for some guests, the next step first. A step is for those guests who can take it. */
export function stepsOf(steps: AppointmentSteps[], appointmentIds: readonly string[]): Step[] {
  const guests = steps.filter(({ appointment_id }) => appointmentIds.includes(appointment_id));
  return [...FORWARD, ...ASIDE].flatMap((request) => {
    const able = guests.flatMap((guest) =>
      guest.steps.filter((step) => step.request === request).map((step) => ({ guest, step })),
    );
    const first = able.find(({ step }) => step.status === "late_cancelled") ?? able[0];
    if (first === undefined) return [];
    return [{ ...first.step, appointmentIds: able.map(({ guest }) => guest.appointment_id) }];
  });
}

/** Return the next step of a visit, or undefined when only ways aside are left. */
export function nextStep(steps: readonly Step[]): Step | undefined {
  return steps.find(({ request }) => FORWARD.includes(request));
}

/** Return the step that can be taken back for some guests, the last one of the first of them, and where that leads. */
export function undoOf(
  steps: AppointmentSteps[],
  appointmentIds: readonly string[],
): { request: StatusRequest; status: AppointmentStatus; appointmentIds: string[] } | undefined {
  const able = steps.filter(
    ({ appointment_id, undo }) => undo !== null && appointmentIds.includes(appointment_id),
  );
  const { undo: request, undo_status: status } = able[0] ?? {};
  if (!request || !status) return undefined;
  return {
    request,
    status,
    appointmentIds: able.filter(({ undo }) => undo === request).map(({ appointment_id }) => appointment_id),
  };
}

/** Return how many of these guests, at most, can take one step together, or have one taken back. */
export function mostTogether(steps: AppointmentSteps[], appointmentIds: readonly string[]): number {
  const undoable = undoOf(steps, appointmentIds)?.appointmentIds ?? [];
  const able = stepsOf(steps, appointmentIds).map((step) => step.appointmentIds.length);
  return Math.max(undoable.length, ...able);
}

/** Return whether a step is told about first: it wants a reason, or it cannot be guessed from its button. */
export function asksFirst({ request }: Step): boolean {
  return request === "declined" || request === "cancelled" || request === "reopened";
}

/** Return the last instant at which all of these guests could be cancelled without being late. */
export function freeCancelUntil(steps: AppointmentSteps[], appointmentIds: readonly string[]): number {
  const instants = steps
    .filter(({ appointment_id }) => appointmentIds.includes(appointment_id))
    .map(({ free_cancel_until }) => Date.parse(free_cancel_until));
  return Math.min(...instants);
}
