/** The days with other hours than the week's, or none: those to come, a new one, and holidays to close on. */
import { Link, useNavigate } from "@tanstack/react-router";
import { CalendarX2, Clock, Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import { addSpecialHours, type BranchRead, removeSpecialHours, type SpecialHoursRead } from "@/api/generated";
import { dayIn, daysBetween } from "@/board/time";
import { SidePanel } from "@/card/SidePanel";
import { useDeskAction } from "@/card/useDeskAction";
import { Button, buttonClass } from "@/design/Button";
import { TextField } from "../fields";
import { SpansPart } from "../HoursPart";
import { type Span, usualHours } from "../hours";
import { Card, Switch } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { DaysShown } from "./DaysShown";
import { HolidaysCard } from "./HolidaysCard";
import { daysText, split } from "./special";
import { useBranchesChanged } from "./useBranchesChanged";

export function SpecialPart({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { coming, past } = split(branch.special_hours, dayIn(branch.time_zone, Date.now()));
  return (
    <>
      <Card
        title={t("branches.special")}
        aside={
          <Link
            from="/setup/branches"
            to="."
            search={(before) => ({ ...before, add: "special" as const })}
            className={`${buttonClass()} pointer-coarse:h-11`}
          >
            <Plus aria-hidden size={16} />
            <span className="max-sm:sr-only">{t("branches.addSpecial")}</span>
          </Link>
        }
      >
        {coming.length === 0 ? (
          <p className="text-muted">{t("branches.noSpecial")}</p>
        ) : (
          <SpecialList branch={branch} special={coming} />
        )}
        {past.length > 0 && (
          <details className="mt-3">
            <summary className="w-fit cursor-pointer rounded-sm font-medium text-accent">
              {t("branches.past", { count: past.length })}
            </summary>
            <div className="mt-2">
              <SpecialList branch={branch} special={past} isPast />
            </div>
          </details>
        )}
      </Card>
      <HolidaysCard branch={branch} />
    </>
  );
}

interface ListProps {
  branch: BranchRead;
  special: SpecialHoursRead[];
  isPast?: boolean;
}

function SpecialList({ branch, special, isPast = false }: ListProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const onChanged = useBranchesChanged();
  const today = dayIn(branch.time_zone, Date.now());
  const remove = useDeskAction<SpecialHoursRead, unknown>({
    zone: branch.time_zone,
    send: ({ id }, { force = false }) =>
      call(
        removeSpecialHours({
          path: { branch_id: branch.id, special_hours_id: id },
          query: { force },
        }),
      ),
    onDone: (_, one) => {
      showDone(t("branches.removedSpecial", { days: daysText(common, one, today) }));
      void onChanged();
    },
  });
  return (
    <ul className="flex flex-col divide-y divide-line">
      {special.map((one) => {
        const days = daysText(common, one, today);
        const isClosed = one.hours.length === 0;
        const Icon = isClosed ? CalendarX2 : Clock;
        return (
          <li key={one.id} className="flex items-center gap-3 py-2 first:pt-0 last:pb-0">
            <Icon aria-hidden size={18} className="shrink-0 text-muted" />
            <div className="grid min-w-0 flex-1 gap-x-4 sm:grid-cols-[13.5rem_1fr_auto]">
              <DaysShown days={one} today={today} />
              <span className="min-w-0 break-words">{one.reason}</span>
              <span className="text-muted tabular">
                {isClosed
                  ? t("branches.closedAllDay")
                  : one.hours.map(({ opens, closes }) => `${opens}–${closes}`).join(", ")}
              </span>
            </div>
            {!isPast && (
              <Button
                kind="quiet"
                size="icon"
                className="text-muted pointer-coarse:size-11"
                aria-label={t("branches.removeSpecial", { days })}
                title={t("branches.removeSpecial", { days })}
                disabled={remove.isRunning}
                onClick={() => remove.run(one)}
              >
                <Trash2 aria-hidden size={16} />
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface New {
  first: string;
  last: string;
  reason: string;
  isClosed: boolean;
  spans: Span[];
}

export function NewSpecialPanel({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const navigate = useNavigate({ from: "/setup/branches" });
  const onChanged = useBranchesChanged();
  const today = dayIn(branch.time_zone, Date.now());
  const close = () => void navigate({ search: (before) => ({ ...before, add: undefined }) });
  const saved: New = { first: today, last: today, reason: "", isClosed: true, spans: usualHours().spans };
  return (
    <SidePanel title={t("branches.addSpecial")} subtitle={branch.name} onClose={close}>
      <div className="px-4 pb-4">
        <SettingsForm
          shownBy="add"
          saved={saved}
          submit={t("branches.add")}
          send={({ first, last, reason, isClosed, spans }, key, overrule) =>
            call(
              addSpecialHours({
                path: { branch_id: branch.id },
                body: {
                  ...{ first_day: first, last_day: last, reason },
                  hours: isClosed ? [] : spans,
                  ...overrule,
                },
                headers: { "Idempotency-Key": key },
              }),
            )
          }
          onSaved={() => {
            void onChanged();
            close();
          }}
          onCancel={close}
        >
          {({ values, set, errorOf }) => (
            <>
              <TextField
                label={t("branches.reason")}
                hint={t("branches.reasonHint")}
                error={errorOf("reason")}
                value={values.reason}
                maxLength={200}
                required
                onChange={(reason) => set({ reason })}
              />
              <div className="grid grid-cols-2 gap-3">
                <TextField
                  type="date"
                  label={t("branches.firstDay")}
                  error={errorOf("first_day")}
                  value={values.first}
                  min={today}
                  required
                  onChange={(first) =>
                    set({ first, last: daysBetween(first, values.last) < 0 ? first : values.last })
                  }
                />
                <TextField
                  type="date"
                  label={t("branches.lastDay")}
                  error={errorOf("last_day")}
                  value={values.last}
                  min={values.first}
                  required
                  onChange={(last) => set({ last })}
                />
              </div>
              <Switch
                label={t("branches.closedAllDay")}
                isOn={values.isClosed}
                onChange={(isClosed) => set({ isClosed })}
              />
              {!values.isClosed && (
                <SpansPart
                  day={t("branches.theseDays")}
                  spans={values.spans}
                  onChange={(spans) => set({ spans })}
                />
              )}
              {errorOf("hours") !== undefined && <p className="text-danger">{errorOf("hours")}</p>}
            </>
          )}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
