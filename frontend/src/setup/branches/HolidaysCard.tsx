/** The public holidays of this year and the next for which nothing is set yet: closed one by one, several or all. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { hasNoAnswer, useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { type ApiError, sentenceOf } from "@/api/errors";
import {
  addSpecialHours,
  type BranchRead,
  type SpecialHoursCreate,
  suggestBranchHolidays,
} from "@/api/generated";
import { dayIn, partsOf } from "@/board/time";
import { ask } from "@/card/ask";
import { refusalOf } from "@/card/overrule";
import { Button } from "@/design/Button";
import { Card } from "../parts";
import { DaysShown } from "./DaysShown";
import { comingHolidays, daysText } from "./special";
import { useBranchesChanged } from "./useBranchesChanged";

interface Refused {
  holiday: SpecialHoursCreate;
  error: ApiError;
}

export function HolidaysCard({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const onChanged = useBranchesChanged();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const today = dayIn(branch.time_zone, Date.now());
  const { year } = partsOf(today);
  const { data, error, refetch } = useQuery({
    queryKey: ["setup", "holidays", branch.id, branch.country, branch.special_hours],
    queryFn: () =>
      Promise.all(
        [year, year + 1].map((of) =>
          call(suggestBranchHolidays({ path: { branch_id: branch.id, year: of } })),
        ),
      ),
    placeholderData: (before) => before,
  });
  const close = useAction<{ holidays: SpecialHoursCreate[]; force: boolean }, Refused[]>({
    send: async ({ holidays, force }, key) => {
      const refused: Refused[] = [];
      for (const holiday of holidays) {
        const body = { ...holiday, ...(force && { force }) };
        const headers = { "Idempotency-Key": `${key}-${holiday.first_day}` };
        try {
          await call(addSpecialHours({ path: { branch_id: branch.id }, body, headers }));
        } catch (failure) {
          if (hasNoAnswer(failure)) throw failure;
          refused.push({ holiday, error: failure as ApiError });
        }
      }
      return refused;
    },
    onDone: (refused, { holidays }) => {
      setChosen(new Set());
      void onChanged().then(() => refetch());
      if (refused.length < holidays.length)
        showDone(t("branches.closedHolidays", { count: holidays.length - refused.length }));
      tellRefused(refused);
    },
  });
  // The appointments on those days are shown, and the days are closed all the same if the owner says so.
  const tellRefused = (refused: Refused[]) => {
    const [first] = refused;
    if (first === undefined) return;
    const stranding = refused.filter(({ error: { code } }) => code === "APPOINTMENTS_STRANDED");
    ask({
      title: sentenceOf(common, first.error),
      lines: refused.flatMap(({ holiday, error: failure }) => [
        `${daysText(common, holiday, today)}: ${holiday.reason}`,
        ...(refusalOf(failure)?.reasons ?? [sentenceOf(common, failure)]),
      ]),
      ...(stranding.length > 0 && {
        confirm: common("opened.saveAnyway"),
        onConfirm: () => close.run({ holidays: stranding.map(({ holiday }) => holiday), force: true }),
      }),
    });
  };
  const holidays = comingHolidays(data ?? [], today);
  const wanted = holidays.filter(({ first_day }) => chosen.size === 0 || chosen.has(first_day));
  const toggle = (day: string) =>
    setChosen(
      (before) => new Set(before.has(day) ? [...before].filter((one) => one !== day) : [...before, day]),
    );
  return (
    <Card
      title={t("branches.holidays")}
      aside={
        holidays.length > 1 && (
          <Button
            disabled={close.isRunning}
            className="pointer-coarse:h-11"
            onClick={() => close.run({ holidays: wanted, force: false })}
          >
            {chosen.size === 0 ? t("branches.closeAll") : t("branches.closeChosen", { count: wanted.length })}
          </Button>
        )
      }
    >
      {error !== null && <p className="text-danger">{sentenceOf(common, error)}</p>}
      {data !== undefined && holidays.length === 0 && (
        <p className="text-muted">{t("branches.noHolidays")}</p>
      )}
      {holidays.length > 0 && <p className="mb-3 text-muted">{t("branches.holidaysHint")}</p>}
      <ul className="flex flex-col divide-y divide-line">
        {holidays.map((holiday) => {
          const days = daysText(common, holiday, today);
          return (
            <li key={holiday.first_day} className="flex items-center gap-3 py-2 first:pt-0 last:pb-0">
              <label className="flex min-h-9 min-w-0 flex-1 items-center gap-3 pointer-coarse:min-h-11">
                <input
                  type="checkbox"
                  className="size-4.5 shrink-0 accent-accent"
                  checked={chosen.has(holiday.first_day)}
                  onChange={() => toggle(holiday.first_day)}
                />
                <span className="grid min-w-0 flex-1 gap-x-4 sm:grid-cols-[13.5rem_1fr]">
                  <DaysShown days={holiday} today={today} />
                  <span className="min-w-0 break-words">{holiday.reason}</span>
                </span>
              </label>
              <Button
                disabled={close.isRunning}
                aria-label={t("branches.closeOn", { days })}
                className="pointer-coarse:h-11"
                onClick={() => close.run({ holidays: [holiday], force: false })}
              >
                {t("branches.closeThen")}
              </Button>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
