/** Leave that is entered for somebody: whole days, or hours of one. An admin's is approved at once. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StaffRead } from "@/api/generated";
import { instantOf, isDay } from "@/board/time";
import { useHolds } from "@/card/useHolds";
import { Button } from "@/design/Button";
import { instantsOf } from "@/me/leave";
import { SelectField, TextField } from "../fields";
import { Switch, Time } from "../parts";
import type { LeaveActions } from "./useLeaveActions";

interface Props {
  people: StaffRead[];
  zone: string;
  branchId: string;
  /** The day that is offered. */
  day: string;
  actions: LeaveActions;
  onClose: () => void;
}

export function LeaveEntry({ people, zone, branchId, day, actions, onClose }: Props) {
  const { t } = useTranslation("setup");
  const isAdmin = useHolds(branchId, "admin");
  const [staffId, setStaffId] = useState("");
  const [first, setFirst] = useState(day);
  const [last, setLast] = useState(day);
  const [times, setTimes] = useState<{ start: string; end: string } | null>(null);
  const [reason, setReason] = useState("");
  const span =
    times === null
      ? instantsOf(zone, { first, last })
      : {
          start: new Date(instantOf(zone, first, times.start)).toISOString(),
          end: new Date(instantOf(zone, last, times.end)).toISOString(),
        };
  const isBackward = span.end <= span.start;
  const person = people.find(({ id }) => id === staffId);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (person !== undefined)
          actions.enter(
            { staffId, name: person.full_name, ...span, reason: reason.trim() },
            isAdmin,
            onClose,
          );
      }}
    >
      <SelectField
        label={t("rosters.person")}
        value={staffId}
        required
        options={[
          { value: "", text: t("rosters.choosePerson") },
          ...people.map(({ id, full_name }) => ({ value: id, text: full_name })),
        ]}
        onChange={setStaffId}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          type="date"
          label={t("rosters.fill.first")}
          required
          className="tabular"
          value={first}
          onChange={(next) => {
            if (!isDay(next)) return;
            setFirst(next);
            if (last < next) setLast(next);
          }}
        />
        <TextField
          type="date"
          label={t("rosters.fill.last")}
          error={isBackward ? t("rosters.leave.backward") : undefined}
          required
          className="tabular"
          value={last}
          onChange={(next) => isDay(next) && setLast(next)}
        />
      </div>
      <Switch
        label={t("rosters.leave.wholeDays")}
        isOn={times === null}
        onChange={(isOn) => setTimes(isOn ? null : { start: "09:00", end: "12:00" })}
      />
      {times !== null && (
        <div className="flex items-center gap-2">
          <Time
            label={t("rosters.from")}
            value={times.start}
            onChange={(start) => setTimes({ ...times, start })}
          />
          <span aria-hidden>–</span>
          <Time label={t("rosters.to")} value={times.end} onChange={(end) => setTimes({ ...times, end })} />
        </div>
      )}
      <TextField label={t("rosters.leave.reason")} value={reason} maxLength={200} onChange={setReason} />
      <div className="flex flex-wrap gap-2">
        <Button
          kind="primary"
          type="submit"
          className="pointer-coarse:h-11"
          disabled={isBackward || actions.isRunning}
        >
          {t(isAdmin ? "rosters.leave.save" : "rosters.leave.ask")}
        </Button>
        <Button className="pointer-coarse:h-11" onClick={onClose}>
          {t("back")}
        </Button>
      </div>
    </form>
  );
}
