/** The steps of a visit: what the API allows now, and taking one of them. */
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import {
  type AppointmentSteps,
  type BoardRead,
  type StatusRequest,
  setVisitStatus,
  undoVisitStatus,
  type VisitRead,
} from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { dayName } from "@/i18n/format";
import { ask } from "./ask";
import { nameOf } from "./find";
import { asksFirst, freeCancelUntil, type Step } from "./steps";
import { useDeskAction } from "./useDeskAction";
import { useHolds } from "./useHolds";

interface Taking {
  visit: VisitRead;
  request: StatusRequest;
  appointmentIds: string[];
  reason: string;
}

export interface StepActions {
  /** Take a step: at once, or after the desk has been told and has given a reason. */
  take: (visit: VisitRead, step: Step, steps: AppointmentSteps[]) => void;
  undo: (visit: VisitRead, request: StatusRequest, appointmentIds: string[]) => void;
  isRunning: boolean;
}

export function useStepActions(board: BoardRead): StepActions {
  const { t } = useTranslation();
  const zone = board.time_zone;
  const guestsOf = ({ visit, appointmentIds }: Pick<Taking, "visit" | "appointmentIds">) => {
    const names = visit.appointments
      .filter(({ id }) => appointmentIds.includes(id))
      .map((appointment) => nameOf(board, appointment) ?? t("card.anonymous"));
    return names.length > 2 ? t("opened.guests", { count: names.length }) : names.join(", ");
  };
  const undo = useDeskAction<Omit<Taking, "reason">, VisitRead>({
    zone,
    send: ({ visit, request, appointmentIds }, { allow_same_time }, key) =>
      call(
        undoVisitStatus({
          path: { visit_id: visit.id },
          body: {
            status: request,
            appointment_ids: appointmentIds,
            ...(allow_same_time === undefined ? {} : { allow_same_time }),
          },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (_, taken) => showDone(t("opened.undone", { guest: guestsOf(taken) })),
  });
  const take = useDeskAction<Taking, VisitRead>({
    zone,
    canForce: useHolds(board.branch_id, "admin", "receptionist"),
    send: ({ visit, request, appointmentIds, reason }, overrule) =>
      call(
        setVisitStatus({
          path: { visit_id: visit.id },
          body: {
            status: request,
            appointment_ids: appointmentIds,
            ...(reason === "" ? {} : { reason }),
            ...overrule,
          },
        }),
      ),
    onDone: (visit, taken) => {
      const guest = visit.appointments.find(({ id }) => taken.appointmentIds.includes(id));
      const key = guest?.status === "late_cancelled" ? "late_cancelled" : taken.request;
      // The end of a hold cannot be taken back.
      const isGone = guest?.status === "expired" || taken.visit.appointments[0]?.status === "held";
      showDone(
        t(`opened.done.${key}`, { guest: guestsOf(taken) }),
        isGone ? undefined : () => undo.run({ ...taken, visit }),
      );
    },
  });

  return {
    take: (visit, step, steps) => {
      const { request, appointmentIds } = step;
      const taking = { visit, request, appointmentIds };
      if (!asksFirst(step) || step.status === "expired") {
        take.run({ ...taking, reason: "" });
        return;
      }
      const guest = guestsOf(taking);
      const start = visit.appointments.find(({ id }) => appointmentIds.includes(id))?.start ?? board.start;
      const isLate = step.status === "late_cancelled";
      const until = freeCancelUntil(steps, appointmentIds);
      const policy = {
        time: timeIn(zone, until),
        day: dayName(t, dayIn(zone, until), dayIn(zone, Date.now())),
      };
      const hasArrived = visit.appointments.some(
        ({ id, status }) => status === "arrived" && appointmentIds.includes(id),
      );
      const late = hasArrived ? t("opened.lateArrived") : t("opened.late", policy);
      const free = visit.source === "walk_in" ? t("opened.walkInByMistake") : t("opened.free", policy);
      const isPaid = board.bills.some(
        ({ appointment_id, state }) =>
          (state === "paid" || state === "part") && appointmentIds.includes(appointment_id),
      );
      const money = isPaid ? `${t("opened.hasPaid")} ` : "";
      ask({
        title: t(`opened.ask.${request as "cancelled" | "declined" | "reopened"}`, {
          guest,
          time: timeIn(zone, Date.parse(start)),
        }),
        ...(request === "cancelled" ? { text: `${money}${isLate ? late : free}` } : {}),
        reason: request === "reopened" ? "required" : "optional",
        reasons: t(`opened.reasons.${request as "cancelled" | "declined" | "reopened"}`, {
          returnObjects: true,
        }),
        confirm: t(isLate ? "opened.cancelAnyway" : `opened.step.${request}`),
        onConfirm: (reason) => take.run({ ...taking, reason }),
      });
    },
    undo: (visit, request, appointmentIds) => undo.run({ visit, request, appointmentIds }),
    isRunning: take.isRunning || undo.isRunning,
  };
}
