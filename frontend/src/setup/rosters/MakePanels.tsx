/** Many shifts at once: from the weekly shifts of everybody or of some, or as in the week that is shown. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { copyShifts, fillShifts, type ShiftsMade, type StaffRead } from "@/api/generated";
import { addDays, daysBetween, isDay } from "@/board/time";
import { Check } from "@/card/fields";
import { SidePanel } from "@/card/SidePanel";
import { Button } from "@/design/Button";
import { shortDayName } from "@/i18n/format";
import { TextField } from "../fields";
import { Counter, Switch } from "../parts";
import type { PanelProps } from "./RosterPanel";
import { ROSTER_KEY } from "./useRoster";

const MOST_DAYS = 92;
const MOST_WEEKS = 12;

export function FillPanel({ branch, monday, today, data, onClose }: PanelProps) {
  const { t } = useTranslation("setup");
  const [first, setFirst] = useState(monday < today && today <= addDays(monday, 6) ? today : monday);
  const [last, setLast] = useState(addDays(monday, 6));
  const [staffIds, setStaffIds] = useState<string[] | null>(null);
  const onMade = useMade(t("rosters.fill.none"), onClose);
  const { run, isRunning } = useAction({
    send: (body: Parameters<typeof fillShifts>[0]["body"], key) =>
      call(fillShifts({ body, headers: { "Idempotency-Key": key } })),
    onDone: onMade,
  });
  const count = isDay(first) && isDay(last) ? daysBetween(first, last) + 1 : 0;
  const error = count < 1 || count > MOST_DAYS ? t("rosters.fill.days", { count: MOST_DAYS }) : undefined;
  return (
    <MakeForm
      title={t("rosters.fill.open")}
      hint={t("rosters.fill.hint")}
      submit={t("rosters.fill.do")}
      isBlocked={isRunning || error !== undefined || staffIds?.length === 0}
      onSubmit={() =>
        run({
          branch_id: branch.id,
          first_day: first,
          last_day: last,
          ...(staffIds && { staff_ids: staffIds }),
        })
      }
      onClose={onClose}
    >
      <div className="grid grid-cols-2 gap-3">
        <TextField
          type="date"
          label={t("rosters.fill.first")}
          required
          className="tabular"
          value={first}
          onChange={setFirst}
        />
        <TextField
          type="date"
          label={t("rosters.fill.last")}
          error={error}
          required
          className="tabular"
          value={last}
          onChange={setLast}
        />
      </div>
      <People people={data.people} chosen={staffIds} onChoose={setStaffIds} />
    </MakeForm>
  );
}

export function CopyPanel({ branch, monday, data, onClose }: PanelProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const [weeks, setWeeks] = useState(1);
  const [staffIds, setStaffIds] = useState<string[] | null>(null);
  const onMade = useMade(t("rosters.copy.none"), onClose);
  const { run, isRunning } = useAction({
    send: (body: Parameters<typeof copyShifts>[0]["body"], key) =>
      call(copyShifts({ body, headers: { "Idempotency-Key": key } })),
    onDone: onMade,
  });
  const next = addDays(monday, 7);
  const short = (day: string) => shortDayName(common, day);
  return (
    <MakeForm
      title={t("rosters.copy.open")}
      hint={t("rosters.copy.hint", { first: short(monday), last: short(addDays(monday, 6)) })}
      submit={t("rosters.copy.do")}
      isBlocked={isRunning || data.shifts.length === 0 || staffIds?.length === 0}
      onSubmit={() =>
        run({
          branch_id: branch.id,
          from_week: monday,
          to_week: next,
          weeks,
          ...(staffIds && { staff_ids: staffIds }),
        })
      }
      onClose={onClose}
    >
      <div className="flex flex-wrap items-center gap-3">
        <span className="font-medium">{t("rosters.copy.weeks")}</span>
        <Counter
          label={t("rosters.copy.weeks")}
          value={weeks}
          least={1}
          most={MOST_WEEKS}
          onChange={setWeeks}
        />
        <span className="tabular text-muted">
          {short(next)} – {short(addDays(next, 7 * weeks - 1))}
        </span>
      </div>
      <People people={data.people} chosen={staffIds} onChoose={setStaffIds} />
    </MakeForm>
  );
}

/** Return what tells how many shifts were made, and how many were not. */
function useMade(none: string, onClose: () => void): (made: ShiftsMade) => void {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  return ({ created, skipped }) => {
    void cache.invalidateQueries({ queryKey: ROSTER_KEY });
    const sentences = [
      ...(created > 0 ? [t("rosters.made", { count: created })] : []),
      ...(skipped > 0 ? [t("rosters.skipped", { count: skipped })] : []),
    ];
    if (sentences.length === 0) return showFailure(none);
    showDone(sentences.join(" "));
    onClose();
  };
}

interface MakeFormProps {
  title: string;
  hint: string;
  submit: string;
  isBlocked: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

function MakeForm({ title, hint, submit, isBlocked, onSubmit, onClose, children }: MakeFormProps) {
  return (
    <SidePanel title={title} onClose={onClose}>
      <form
        className="flex flex-col gap-5 border-line border-t p-4"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <p className="text-muted">{hint}</p>
        {children}
        <Button kind="primary" size="lg" type="submit" className="self-start" disabled={isBlocked}>
          {submit}
        </Button>
      </form>
    </SidePanel>
  );
}

interface PeopleProps {
  people: StaffRead[];
  /** The ids of some; null: everybody. */
  chosen: string[] | null;
  onChoose: (chosen: string[] | null) => void;
}

function People({ people, chosen, onChoose }: PeopleProps) {
  const { t } = useTranslation("setup");
  return (
    <div>
      <Switch
        label={t("rosters.everybody")}
        isOn={chosen === null}
        onChange={(isOn) => onChoose(isOn ? null : [])}
      />
      {chosen !== null && (
        <fieldset className="mt-2 max-h-72 overflow-y-auto rounded-md border border-line px-3">
          <legend className="sr-only">{t("rosters.some")}</legend>
          {people.map(({ id, full_name }) => (
            <Check
              key={id}
              label={full_name}
              checked={chosen.includes(id)}
              onChange={(isOn) => onChoose(isOn ? [...chosen, id] : chosen.filter((other) => other !== id))}
            />
          ))}
        </fieldset>
      )}
    </div>
  );
}
