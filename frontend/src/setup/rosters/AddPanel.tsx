/** A new shift of a person on a day: with the times of every week, or of the opening hours. */
import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StaffRead } from "@/api/generated";
import { spanOf } from "@/board/spans";
import { SidePanel } from "@/card/SidePanel";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import type { PanelProps } from "./RosterPanel";
import { ShiftTimes } from "./ShiftTimes";
import { weeklyQuery } from "./useRoster";
import { type ClockTimes, spanOfShift, suggestTimes } from "./week";

export function AddPanel({
  branch,
  today,
  data,
  actions,
  person,
  day,
  onOpen,
  onClose,
}: PanelProps & { person: StaffRead; day: string }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const [typed, setTyped] = useState<ClockTimes | null>(null);
  const { data: weekly, isPending } = useQuery(weeklyQuery(person.id));
  const zone = branch.time_zone;
  const suggested = suggestTimes(zone, day, {
    weekly: weekly?.shifts.filter(({ branch_id }) => branch_id === branch.id) ?? [],
    open: data.open,
    shifts: data.shifts.filter(({ staff_id }) => staff_id === person.id).map(spanOf),
  });
  const times = typed ?? suggested;
  return (
    <SidePanel
      title={t("rosters.add")}
      subtitle={`${person.full_name} · ${dayName(common, day, today)}`}
      onClose={onClose}
    >
      <form
        className="flex flex-col gap-4 border-line border-t p-4"
        onSubmit={(event) => {
          event.preventDefault();
          const { start, end } = spanOfShift(zone, day, times);
          actions.add({
            staff_id: person.id,
            branch_id: branch.id,
            start: new Date(start).toISOString(),
            end: new Date(end).toISOString(),
          });
        }}
      >
        <ShiftTimes zone={zone} day={day} times={times} onChange={setTyped} />
        <Button
          kind="primary"
          size="lg"
          type="submit"
          className="self-start"
          disabled={actions.isRunning || (isPending && typed === null)}
        >
          {t("rosters.addIt")}
        </Button>
      </form>
      <div className="border-line border-t p-4">
        <Button
          kind="quiet"
          className="-ml-3 pointer-coarse:h-11"
          onClick={() => onOpen({ panel: "weekly", id: person.id })}
        >
          <CalendarClock aria-hidden size={16} />
          {t("rosters.weekly.open")}
        </Button>
      </div>
    </SidePanel>
  );
}
