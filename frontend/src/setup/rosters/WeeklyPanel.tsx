/** The weekly shifts of a person in a branch: days, hours, and a break where a day has two shifts. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarPlus, Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BranchRead, type StaffRead, setWeeklyShifts, type WeeklyShiftTimes } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { Button } from "@/design/Button";
import { useBranches } from "@/shell/branches";
import { Time } from "../parts";
import { SettingsForm } from "../SettingsForm";
import type { PanelProps } from "./RosterPanel";
import { ROSTER_KEY, weeklyQuery } from "./useRoster";
import { minutesPerWeek, nextTimes } from "./weekly";
import { hoursText } from "./words";

const WEEK = [1, 2, 3, 4, 5, 6, 7];

export function WeeklyPanel({ branch, person, onOpen, onClose }: PanelProps & { person: StaffRead }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const cache = useQueryClient();
  const { data, error } = useQuery({ ...weeklyQuery(person.id), refetchOnWindowFocus: false });
  const own = data?.shifts.filter(({ branch_id }) => branch_id === branch.id);
  const elsewhere = data?.shifts.filter(({ branch_id }) => branch_id !== branch.id) ?? [];
  return (
    <SidePanel title={person.full_name} subtitle={t("rosters.weekly.title")} onClose={onClose}>
      <div className="flex flex-col gap-4 border-line border-t p-4">
        {error !== null && data === undefined && <p className="text-danger">{sentenceOf(common, error)}</p>}
        {own !== undefined && (
          <SettingsForm
            saved={{ shifts: own }}
            send={({ shifts }) =>
              call(
                setWeeklyShifts({
                  path: { staff_id: person.id },
                  body: { shifts: [...shifts, ...elsewhere] },
                }),
              )
            }
            onSaved={(saved) => {
              cache.setQueryData(weeklyQuery(person.id).queryKey, saved);
              void cache.invalidateQueries({ queryKey: ROSTER_KEY });
            }}
          >
            {({ values: { shifts }, set, errorOf }) => (
              <>
                <ul className="flex flex-col">
                  {WEEK.map((weekday) => (
                    <Weekday
                      key={weekday}
                      weekday={weekday}
                      branch={branch}
                      shifts={shifts}
                      onChange={(next) => set({ shifts: next })}
                    />
                  ))}
                </ul>
                <p className="tabular text-muted">
                  {t("rosters.weekly.sum", { hours: hoursText(t, minutesPerWeek(shifts)) })}
                </p>
                {errorOf("shifts") !== undefined && <p className="text-danger">{errorOf("shifts")}</p>}
              </>
            )}
          </SettingsForm>
        )}
        <Elsewhere shifts={elsewhere} />
        <p className="text-muted">{t("rosters.weekly.hint")}</p>
        <Button className="self-start pointer-coarse:h-11" onClick={() => onOpen({ panel: "fill" })}>
          <CalendarPlus aria-hidden size={16} />
          {t("rosters.fill.open")}
        </Button>
      </div>
    </SidePanel>
  );
}

interface WeekdayProps {
  weekday: number;
  branch: BranchRead;
  /** Those of the whole week. */
  shifts: WeeklyShiftTimes[];
  onChange: (shifts: WeeklyShiftTimes[]) => void;
}

function Weekday({ weekday, branch, shifts, onChange }: WeekdayProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const name = common("date.weekday", { returnObjects: true })[weekday % 7] ?? "";
  const own = shifts.filter((shift) => shift.weekday === weekday);
  const replace = (before: WeeklyShiftTimes, after?: WeeklyShiftTimes) =>
    onChange(shifts.flatMap((shift) => (shift !== before ? [shift] : after === undefined ? [] : [after])));
  return (
    <li className="flex items-start gap-2 border-line border-t py-2 first:border-t-0">
      <span className="w-20 shrink-0 pt-1.5 font-medium">{name}</span>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        {own.length === 0 && <span className="pt-1.5 text-muted">{t("rosters.weekly.off")}</span>}
        {own.map((shift, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a key of its times would take the focus away when one is chosen
          <div key={`${index}/${own.length}`} className="flex flex-wrap items-center gap-1">
            <Time
              label={t("rosters.weekly.from", { day: name, number: index + 1 })}
              value={shift.starts}
              onChange={(starts) => replace(shift, { ...shift, starts })}
            />
            <span aria-hidden>–</span>
            <Time
              label={t("rosters.weekly.to", { day: name, number: index + 1 })}
              value={shift.ends === "24:00" ? "00:00" : shift.ends}
              onChange={(ends) => replace(shift, { ...shift, ends })}
            />
            <Button
              kind="quiet"
              size="icon"
              className="size-8! pointer-coarse:size-11!"
              aria-label={t("rosters.weekly.remove", { day: name, number: index + 1 })}
              onClick={() => replace(shift)}
            >
              <X aria-hidden size={15} />
            </Button>
          </div>
        ))}
      </div>
      <Button
        kind="quiet"
        size="icon"
        className="pointer-coarse:size-11"
        aria-label={t("rosters.weekly.add", { day: name })}
        disabled={own.length >= 3}
        onClick={() =>
          onChange([
            ...shifts,
            { branch_id: branch.id, weekday, ...nextTimes(weekday, shifts, branch.hours) },
          ])
        }
      >
        <Plus aria-hidden size={16} />
      </Button>
    </li>
  );
}

/** The weekly shifts in other branches, which are changed there. */
function Elsewhere({ shifts }: { shifts: WeeklyShiftTimes[] }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { branches } = useBranches();
  if (shifts.length === 0) return null;
  const short = common("strip.weekday", { returnObjects: true });
  return (
    <section className="rounded-md bg-sunken px-3 py-2">
      <h3 className="font-medium">{t("rosters.weekly.elsewhere")}</h3>
      <ul className="tabular text-muted">
        {shifts.map(({ branch_id, weekday, starts, ends }) => (
          <li key={`${branch_id}/${weekday}/${starts}`}>
            {short[weekday % 7]} {starts}–{ends} ·{" "}
            {branches.find(({ id }) => id === branch_id)?.name ?? t("rosters.weekly.otherBranch")}
          </li>
        ))}
      </ul>
    </section>
  );
}
