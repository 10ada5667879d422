/** Begun and done: the next step of a guest, and the last one taken back. Nothing else is offered to a therapist. */
import { Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { type StatusRequest, setVisitStatus, undoVisitStatus } from "@/api/generated";
import { STEP_ICONS } from "@/card/stepLooks";
import { nextStep, stepsOf, undoOf } from "@/card/steps";
import { useSteps } from "@/card/stepsQuery";
import { Button } from "@/design/Button";
import type { Guest } from "./agenda";

/** What a therapist may take back: the progress of the guest. */
const PROGRESS: readonly StatusRequest[] = ["arrived", "in_service", "completed"];

interface Taking {
  visitId: string;
  appointmentId: string;
  request: StatusRequest;
  name: string;
}

export function StepButtons({ guest, isLarge = false }: { guest: Guest; isLarge?: boolean }) {
  const { t } = useTranslation();
  const known = useSteps(guest.visit);
  const step = nextStep(stepsOf(known, [guest.id]));
  const next = step !== undefined && PROGRESS.includes(step.request) ? step.request : undefined;
  const last = undoOf(known, [guest.id]);
  const undoable = last !== undefined && PROGRESS.includes(last.request) ? last : undefined;
  const undo = useAction<Taking, unknown>({
    send: ({ visitId, appointmentId, request }, key) =>
      call(
        undoVisitStatus({
          path: { visit_id: visitId },
          body: { status: request, appointment_ids: [appointmentId] },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (_, { name }) => showDone(t("opened.undone", { guest: name })),
  });
  const take = useAction<Taking, unknown>({
    send: ({ visitId, appointmentId, request }) =>
      call(
        setVisitStatus({
          path: { visit_id: visitId },
          body: { status: request, appointment_ids: [appointmentId] },
        }),
      ),
    onDone: (_, taken) => {
      navigator.vibrate?.(20);
      showDone(
        t(`opened.done.${taken.request as "arrived" | "in_service" | "completed"}`, { guest: taken.name }),
        () => undo.run(taken),
      );
    },
  });
  const isRunning = take.isRunning || undo.isRunning;
  const taking = (request: StatusRequest): Taking => ({
    visitId: guest.visit.id,
    appointmentId: guest.id,
    request,
    name: guest.name ?? t("card.anonymous"),
  });
  const Icon = next === undefined ? null : STEP_ICONS[next];
  return (
    <div className="flex flex-col gap-2 empty:hidden">
      {next !== undefined && Icon !== null && (
        <Button
          kind="primary"
          size="lg"
          className={`w-full justify-center ${isLarge ? "h-14 rounded-lg" : ""}`}
          disabled={isRunning}
          data-step={next}
          onClick={() => take.run(taking(next))}
        >
          <Icon aria-hidden size={20} />
          {t(`opened.step.${next}`)}
        </Button>
      )}
      {undoable !== undefined && (
        <Button
          kind="quiet"
          size="lg"
          className="w-full justify-center text-base text-muted"
          disabled={isRunning}
          onClick={() => undo.run(taking(undoable.request))}
        >
          <Undo2 aria-hidden size={17} />
          {t("opened.backTo", { status: t(`statusShort.${undoable.status}`) })}
        </Button>
      )}
    </div>
  );
}
