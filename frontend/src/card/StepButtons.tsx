/** Everything that the status of a guest, or of the whole party, allows: one tap each, the next step first. */
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentRead, VisitRead } from "@/api/generated";
import { singleKeys } from "@/app/keys";
import { Button } from "@/design/Button";
import { STEP_ICONS } from "./stepLooks";
import { keyOf, mostTogether, nextStep, type Step, stepsOf, undoOf } from "./steps";
import { useSteps } from "./stepsQuery";
import type { StepActions } from "./useSteps";

interface Props {
  visit: VisitRead;
  appointment: AppointmentRead;
  actions: StepActions;
}

type Scope = "guest" | "party";

export function StepButtons({ visit, appointment, actions }: Props) {
  const { t } = useTranslation();
  const [chosenScope, setScope] = useState<Scope>("guest");
  const known = useSteps(visit);
  const party = visit.appointments.map(({ id }) => id);
  const together = mostTogether(known, party);
  const scope = together > 1 ? chosenScope : "guest";
  const ids = scope === "party" ? party : [appointment.id];
  const steps = stepsOf(known, ids);
  const next = nextStep(steps);
  const undoable = undoOf(known, ids);
  const take = (step: Step) => actions.take(visit, step, known);
  return (
    <section aria-label={t("opened.steps")} className="flex flex-col gap-2">
      {together > 1 && (
        <ToggleGroup
          aria-label={t("opened.scope")}
          className="flex rounded-md border border-line-strong bg-sunken p-0.5"
          value={[scope]}
          onValueChange={([chosen]: Scope[]) => chosen !== undefined && setScope(chosen)}
        >
          {(["guest", "party"] as const).map((value) => (
            <Toggle
              key={value}
              value={value}
              className="h-10 flex-1 rounded-sm border border-transparent px-3 font-medium text-muted data-[pressed]:border-line-strong data-[pressed]:bg-raised data-[pressed]:text-text"
            >
              {value === "guest" ? t("opened.scopeGuest") : t("opened.scopeParty", { count: together })}
            </Toggle>
          ))}
        </ToggleGroup>
      )}
      {next !== undefined && <StepButton step={next} isNext isRunning={actions.isRunning} onTake={take} />}
      <div className="flex flex-wrap gap-2">
        {steps
          .filter((step) => step !== next)
          .map((step) => (
            <StepButton key={step.request} step={step} isRunning={actions.isRunning} onTake={take} />
          ))}
        {undoable !== undefined && (
          <Button
            className="h-11"
            disabled={actions.isRunning}
            {...singleKeys("U")}
            onClick={() => actions.undo(visit, undoable.request, undoable.appointmentIds)}
          >
            <Undo2 aria-hidden size={16} />
            {t("opened.backTo", { status: t(`statusShort.${undoable.status}`) })}
          </Button>
        )}
      </div>
    </section>
  );
}

interface StepButtonProps {
  step: Step;
  isNext?: boolean;
  isRunning: boolean;
  onTake: (step: Step) => void;
}

function StepButton({ step, isNext = false, isRunning, onTake }: StepButtonProps) {
  const { t } = useTranslation();
  const Icon = STEP_ICONS[step.request];
  const isLate = step.status === "late_cancelled";
  return (
    <Button
      kind={isNext ? "primary" : "plain"}
      size={isNext ? "lg" : "md"}
      className={isNext ? "w-full justify-center" : "h-11"}
      disabled={isRunning}
      {...singleKeys(keyOf(step.request))}
      data-step={step.request}
      onClick={() => onTake(step)}
    >
      <Icon aria-hidden size={isNext ? 18 : 16} />
      {t(isLate ? "opened.cancelLate" : `opened.step.${step.request}`)}
    </Button>
  );
}
