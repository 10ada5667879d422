/** A shift: other hours, another day, given to a colleague, swapped with another one, deleted. */
import { ArrowLeftRight, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ShiftRead } from "@/api/generated";
import { spanOf } from "@/board/spans";
import { dayIn, isDay, spanIn } from "@/board/time";
import { SidePanel } from "@/card/SidePanel";
import { Button } from "@/design/Button";
import { INPUT } from "@/design/FormField";
import { dayName, shortName } from "@/i18n/format";
import { SelectField, TextField } from "../fields";
import type { PanelProps } from "./RosterPanel";
import { ShiftTimes } from "./ShiftTimes";
import { clockTimes, spanOfShift } from "./week";

export function ShiftPanel({
  branch,
  today,
  data,
  actions,
  shift,
  onClose,
}: PanelProps & { shift: ShiftRead }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const zone = branch.time_zone;
  const span = spanOf(shift);
  const first = { staffId: shift.staff_id, day: dayIn(zone, span.start), times: clockTimes(zone, span) };
  const [typed, setTyped] = useState(first);
  const isChanged = JSON.stringify(typed) !== JSON.stringify(first);
  const name = data.people.find(({ id }) => id === shift.staff_id)?.full_name ?? "";
  const save = () => {
    // The hour of a change of the clock is told apart by nothing but the instant.
    const isMoved = typed.day !== first.day || JSON.stringify(typed.times) !== JSON.stringify(first.times);
    const next = isMoved ? spanOfShift(zone, typed.day, typed.times) : span;
    actions.change({
      before: shift,
      after: {
        staff_id: typed.staffId,
        start: new Date(next.start).toISOString(),
        end: new Date(next.end).toISOString(),
      },
    });
  };
  return (
    <SidePanel
      title={name}
      subtitle={`${dayName(common, first.day, today)} · ${spanIn(zone, span.start, span.end)}`}
      onClose={onClose}
    >
      <form
        className="flex flex-col gap-4 border-line border-t p-4"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <ShiftTimes
          zone={zone}
          day={typed.day}
          times={typed.times}
          onChange={(times) => setTyped({ ...typed, times })}
        />
        <TextField
          type="date"
          label={t("rosters.day")}
          required
          className="w-auto! tabular"
          value={typed.day}
          onChange={(day) => isDay(day) && setTyped({ ...typed, day })}
        />
        <SelectField
          label={t("rosters.who")}
          value={typed.staffId}
          options={data.people.map(({ id, full_name }) => ({ value: id, text: full_name }))}
          onChange={(staffId) => setTyped({ ...typed, staffId })}
        />
        <Button
          kind="primary"
          size="lg"
          type="submit"
          className="self-start"
          disabled={!isChanged || actions.isRunning}
        >
          {t("save")}
        </Button>
      </form>
      <Swap {...{ branch, today, data, actions, shift }} />
      <div className="border-line border-t p-4">
        <Button
          kind="quiet"
          className="-ml-3 text-danger! pointer-coarse:h-11"
          disabled={actions.isRunning}
          onClick={() => actions.remove(shift)}
        >
          <Trash2 aria-hidden size={16} />
          {t("rosters.remove")}
        </Button>
      </div>
    </SidePanel>
  );
}

type SwapProps = Pick<PanelProps, "branch" | "today" | "data" | "actions"> & { shift: ShiftRead };

function Swap({ branch, today, data, actions, shift }: SwapProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const titleId = useId();
  const [withId, setWithId] = useState("");
  const zone = branch.time_zone;
  const names = new Map(data.people.map(({ id, full_name }) => [id, shortName(full_name)]));
  const others = data.shifts.filter(({ staff_id }) => staff_id !== shift.staff_id && names.has(staff_id));
  if (others.length === 0) return null;
  const day = (start: string) => dayName(common, dayIn(zone, Date.parse(start)), today);
  return (
    <section aria-labelledby={titleId} className="border-line border-t p-4">
      <h3 id={titleId} className="mb-1 font-medium">
        {t("rosters.swap.title")}
      </h3>
      <div className="flex flex-wrap gap-2">
        <select
          aria-labelledby={titleId}
          className={`${INPUT} min-w-0 flex-1`}
          value={withId}
          onChange={(event) => setWithId(event.target.value)}
        >
          <option value="">{t("rosters.swap.choose")}</option>
          {others.map(({ id, staff_id, start, end }) => (
            <option key={id} value={id}>
              {`${names.get(staff_id)} · ${day(start)} · ${spanIn(zone, Date.parse(start), Date.parse(end))}`}
            </option>
          ))}
        </select>
        <Button
          className="pointer-coarse:h-11"
          disabled={withId === "" || actions.isRunning}
          onClick={() => actions.swap({ id: shift.id, withId })}
        >
          <ArrowLeftRight aria-hidden size={16} />
          {t("rosters.swap.do")}
        </Button>
      </div>
    </section>
  );
}
