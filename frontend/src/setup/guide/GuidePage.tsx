/** The guided set-up of an empty spa: six steps, back and forth, saved at the end as one set-up file. */
import { Link, Navigate, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, Check, CircleAlert } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import { fillShifts, listBranches, type SpaFile } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { addDays, dayIn } from "@/board/time";
import { Button, buttonClass } from "@/design/Button";
import { useBranches } from "@/shell/branches";
import { Problems } from "../Problems";
import { Page } from "../parts";
import { STEPS, type Step } from "../search";
import { bringIn, changesNothing, plan, toUpload } from "../transfer";
import { BranchStep } from "./BranchStep";
import { CheckStep } from "./CheckStep";
import { type Draft, type Gap, gapOf } from "./draft";
import { stepOf, toFile } from "./file";
import { PeopleStep } from "./PeopleStep";
import { RoomsStep } from "./RoomsStep";
import { ShiftsStep } from "./ShiftsStep";
import { TreatmentsStep } from "./TreatmentsStep";
import { forgetDraft, useDraft } from "./useDraft";

/** The days for which shifts are made. */
const FILLED = 14;

export function GuidePage() {
  const { isEmpty, isPending } = useBranches();
  const [wasEmpty, setWasEmpty] = useState(false);
  if (isEmpty && !wasEmpty) setWasEmpty(true);
  if (isPending) return null;
  // Once it is saved the spa is not empty any more, and the page goes on to the overview by itself.
  return wasEmpty ? <Guide /> : <Navigate to="/setup" replace />;
}

function Guide() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate();
  const { step = "branch" } = useSearch({ from: "/setup/start" });
  const [draft, edit] = useDraft();
  const [gap, setGap] = useState<Gap>(null);
  const [error, setError] = useState<unknown>(null);
  const [seen, setSeen] = useState(step);
  const title = useRef<HTMLHeadingElement>(null);
  const number = STEPS.indexOf(step);
  const today = dayIn(draft.branch.timeZone, Date.now());
  const file = toFile(draft, today);
  useTitle(`${t(`steps.${step}.name`)} · ${t("title")}`);
  if (seen !== step) {
    setSeen(step);
    setGap(null);
    setError(null);
  }
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus goes where the next step begins
  useEffect(() => {
    if (!isFirst.current) title.current?.focus();
    isFirst.current = false;
  }, [step]);
  const { run, isRunning } = useAction({
    send: save,
    onDone: () => {
      forgetDraft();
      // The overview leads back here while the spa seems to be empty.
      const isKnown = queryClient.invalidateQueries();
      void isKnown.then(() => navigate({ to: "/setup", search: { saved: true } }));
    },
    onRefused: setError,
  });
  const goOn = (event: FormEvent) => {
    event.preventDefault();
    const found = gapOf(draft, step);
    const next = STEPS[number + 1];
    setGap(found);
    if (found !== null) return;
    if (next !== undefined) void navigate({ to: "/setup/start", search: { step: next } });
    else run({ file, today });
  };
  const previous = STEPS[number - 1];
  return (
    <form onSubmit={goOn} noValidate className="flex min-h-0 flex-1 flex-col">
      <Page>
        <Steps step={step} draft={draft} />
        <div>
          <h1 ref={title} tabIndex={-1} className="font-semibold text-2xl outline-none">
            {t(`steps.${step}.title`)}
          </h1>
          <p className="mt-1 text-muted">{t(`steps.${step}.hint`)}</p>
          {step === "branch" && (
            <p className="mt-1 text-muted">
              {t("hasFile")}{" "}
              <Link to="/setup/file" className="font-medium text-accent underline">
                {t("importIt")}
              </Link>
            </p>
          )}
        </div>
        {error !== null && <Problems error={error} stepOf={stepOf} />}
        {step === "branch" && <BranchStep draft={draft} onEdit={edit} />}
        {step === "rooms" && <RoomsStep draft={draft} onEdit={edit} />}
        {step === "treatments" && <TreatmentsStep draft={draft} onEdit={edit} />}
        {step === "people" && <PeopleStep draft={draft} onEdit={edit} />}
        {step === "shifts" && <ShiftsStep draft={draft} onEdit={edit} />}
        {step === "check" && <CheckStep draft={draft} file={file} />}
      </Page>
      <footer className="shrink-0 border-line border-t bg-surface">
        <div className="mx-auto flex max-w-4xl flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 md:px-8">
          {previous !== undefined && (
            <Link
              to="/setup/start"
              search={{ step: previous }}
              className={`${buttonClass()} pointer-coarse:h-11`}
            >
              <ArrowLeft aria-hidden size={16} />
              {t("back")}
            </Link>
          )}
          <p role="alert" className="ml-auto min-w-0 text-warning max-sm:order-first max-sm:w-full">
            {gap !== null && (
              <span className="flex items-center gap-2">
                <CircleAlert aria-hidden size={16} className="shrink-0" />
                {t(`gap.${gap}`)}
              </span>
            )}
          </p>
          <Button
            type="submit"
            kind="primary"
            className="max-sm:ml-auto pointer-coarse:h-11"
            disabled={isRunning || (step === "check" && STEPS.some((each) => gapOf(draft, each) !== null))}
          >
            {step !== "check" ? t("next") : isRunning ? t("check.saving") : t("check.save")}
            {step === "check" ? <Check aria-hidden size={16} /> : <ArrowRight aria-hidden size={16} />}
          </Button>
        </div>
      </footer>
    </form>
  );
}

/** Save everything, and make the shifts of the first days. Both can be done again when an answer was lost. */
async function save({ file, today }: { file: SpaFile; today: string }): Promise<void> {
  const upload = toUpload(file);
  const changes = await plan(upload);
  if (!changesNothing(changes)) await bringIn(upload, changes, false);
  const branch = (await call(listBranches())).find(({ key }) => key === file.branches?.[0]?.key);
  if (branch === undefined) return;
  const lastDay = addDays(today, FILLED - 1);
  await call(fillShifts({ body: { branch_id: branch.id, first_day: today, last_day: lastDay } }));
}

function Steps({ step, draft }: { step: Step; draft: Draft }) {
  const { t } = useTranslation("setup");
  const number = STEPS.indexOf(step);
  return (
    <nav aria-label={t("stepsLabel")}>
      <p className="mb-2 font-medium text-muted text-sm md:hidden">
        {t("stepOf", { number: number + 1, count: STEPS.length, name: t(`steps.${step}.name`) })}
      </p>
      <ol className="flex gap-1.5">
        {STEPS.map((each, index) => {
          const isDone = index < number && gapOf(draft, each) === null;
          return (
            <li key={each} className="min-w-0 flex-1">
              <Link
                to="/setup/start"
                search={{ step: each }}
                aria-current={each === step ? "step" : undefined}
                className="group flex flex-col gap-2 rounded-sm"
              >
                <span
                  aria-hidden
                  className={`h-1 rounded-full ${index <= number ? "bg-accent" : "bg-line-strong"}`}
                />
                <span
                  className={`flex items-center gap-1.5 truncate text-sm max-md:sr-only ${each === step ? "font-semibold" : "text-muted group-hover:text-text"}`}
                >
                  {isDone && <Check aria-hidden size={14} className="shrink-0 text-accent" />}
                  {t(`steps.${each}.name`)}
                </span>
              </Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
