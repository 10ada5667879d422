/** Leave of a therapist, or an outage of a bed or a device: from one instant to another. */
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, callRemoval } from "@/api/client";
import {
  approveTimeOff,
  type BoardRead,
  putBackInOrder,
  putOutOfOrder,
  refuseTimeOff,
  requestTimeOff,
  withdrawTimeOff,
} from "@/api/generated";
import { dayIn, instantOf, timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import { type Away, firstTimes } from "./away";
import { Input } from "./fields";
import { useDeskAction } from "./useDeskAction";
import { useHolds } from "./useHolds";

interface Props {
  board: BoardRead;
  away: Away;
  onClose: () => void;
}

interface Saving {
  start: string;
  end: string;
  reason: string;
}

interface Ending {
  id: string;
  /** What makes it again. */
  saving: Saving;
}

export function LeaveForm({ board, away, onClose }: Props) {
  const { t } = useTranslation();
  const zone = board.time_zone;
  const isAdmin = useHolds(board.branch_id, "admin");
  const { kind, existing, resourceId } = away;
  const first = existing ?? firstTimes(board, Date.now());
  const end = existing?.end ?? Date.parse(board.end);
  const [startDay, setStartDay] = useState(dayIn(zone, first.start));
  const [startTime, setStartTime] = useState(timeIn(zone, first.start));
  const [endDay, setEndDay] = useState(dayIn(zone, end));
  const [endTime, setEndTime] = useState(timeIn(zone, end));
  const [reason, setReason] = useState(existing?.text ?? "");
  // A request that could not be approved yet is approved when the desk has confirmed it, and refused when it has not.
  const requested = useRef<string | null>(null);

  const ending = useDeskAction<Ending, Saving>({
    zone,
    send: async ({ id, saving }, _, key) => {
      if (kind === "leave")
        return await call(
          withdrawTimeOff({ path: { time_off_id: id }, headers: { "Idempotency-Key": key } }),
        );
      await callRemoval(putBackInOrder({ path: { resource_id: resourceId, outage_id: id } }));
      return saving;
    },
    onDone: ({ start, end: until, reason: text }) => {
      showDone(t("away.removed"), () => save.run({ start, end: until, reason: text }));
      onClose();
    },
  });
  const refusing = useAction({
    send: (id: string, key) =>
      call(refuseTimeOff({ path: { time_off_id: id }, body: {}, headers: { "Idempotency-Key": key } })),
  });
  const save = useDeskAction<Saving, string>({
    zone,
    send: async (body, { force }, key) => {
      const headers = { "Idempotency-Key": key };
      const forced = force ? { force } : {};
      if (kind === "outage") {
        const made = await call(
          putOutOfOrder({ path: { resource_id: resourceId }, body: { ...body, ...forced }, headers }),
        );
        return made.outage.id;
      }
      requested.current ??= (
        await call(requestTimeOff({ body: { ...body, staff_id: resourceId }, headers }))
      ).id;
      if (isAdmin) {
        const approval = { "Idempotency-Key": `${key}-approve` };
        await call(
          approveTimeOff({ path: { time_off_id: requested.current }, body: forced, headers: approval }),
        );
      }
      return requested.current;
    },
    onGivenUp: () => {
      if (requested.current !== null) refusing.run(requested.current);
      requested.current = null;
    },
    onDone: (id, saving) => {
      requested.current = null;
      // A receptionist asks for leave; an administrator decides, and can take it back.
      const isAsked = kind === "leave" && !isAdmin;
      showDone(
        t(isAsked ? "away.asked" : `away.saved.${kind}`, { name: away.name }),
        isAsked ? undefined : () => ending.run({ id, saving }),
      );
      onClose();
    },
  });
  const isRunning = save.isRunning || ending.isRunning;

  if (existing !== undefined) {
    const today = dayIn(zone, Date.now());
    const saving = {
      start: new Date(existing.start).toISOString(),
      end: new Date(existing.end).toISOString(),
      reason: existing.text,
    };
    const instant = (at: number) => `${timeIn(zone, at)} ${dayName(t, dayIn(zone, at), today)}`;
    return (
      <>
        <p className="tabular">
          {t("away.span", { start: instant(existing.start), end: instant(existing.end) })}
        </p>
        {existing.text !== "" && <p className="break-words">{existing.text}</p>}
        <Button
          size="lg"
          className="self-end"
          disabled={isRunning}
          onClick={() => ending.run({ id: existing.id, saving })}
        >
          {t(kind === "leave" ? "away.withdraw" : "away.repaired")}
        </Button>
      </>
    );
  }
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.run({
          start: new Date(instantOf(zone, startDay, startTime)).toISOString(),
          end: new Date(instantOf(zone, endDay, endTime)).toISOString(),
          reason: reason.trim(),
        });
      }}
    >
      <div className="flex gap-2">
        <Input label={t("away.fromDay")} type="date" value={startDay} onChange={setStartDay} />
        <Input label={t("away.from")} type="time" value={startTime} onChange={setStartTime} />
      </div>
      <div className="flex gap-2">
        <Input label={t("away.toDay")} type="date" value={endDay} onChange={setEndDay} />
        <Input label={t("away.to")} type="time" value={endTime} onChange={setEndTime} />
      </div>
      <Input
        label={t(kind === "outage" ? "away.reasonOutage" : "away.reasonLeave")}
        value={reason}
        maxLength={200}
        onChange={setReason}
      />
      <Button
        kind="primary"
        size="lg"
        type="submit"
        className="self-end"
        disabled={isRunning || (kind === "outage" && reason.trim() === "")}
      >
        {t(kind === "leave" && !isAdmin ? "away.ask" : "opened.save")}
      </Button>
    </form>
  );
}
