/** What decides about leave. Leave that strands guests is asked about first, with who they are. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import {
  approveTimeOff,
  type BranchRead,
  refuseTimeOff,
  requestTimeOff,
  type StrandedAppointment,
  type TimeOffRead,
  withdrawTimeOff,
} from "@/api/generated";
import { ask } from "@/card/ask";
import { useDeskAction } from "@/card/useDeskAction";
import { ROSTER_KEY } from "./useRoster";
import { useRosterDone } from "./useShiftActions";

export interface NewLeave {
  staffId: string;
  name: string;
  start: string;
  end: string;
  reason: string;
}

interface Decision {
  id: string;
  name: string;
}

export interface LeaveActions {
  approve: (decision: Decision) => void;
  refuse: (decision: Decision) => void;
  withdraw: (leave: { leave: TimeOffRead; name: string }) => void;
  /** Ask for leave, and approve it as well: nothing is left of it when that is given up. */
  enter: (leave: NewLeave, isApproved: boolean, onEntered: () => void) => void;
  isRunning: boolean;
}

export function useLeaveActions(branch: BranchRead): LeaveActions {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  const done = useRosterDone(branch);
  const zone = branch.time_zone;
  const refresh = () => void cache.invalidateQueries({ queryKey: ROSTER_KEY });
  const approve = useDeskAction<Decision, { stranded: StrandedAppointment[] }>({
    zone,
    send: ({ id }, { force = false }, key) =>
      call(
        approveTimeOff({ path: { time_off_id: id }, body: { force }, headers: { "Idempotency-Key": key } }),
      ),
    onDone: ({ stranded }, { name }) => done(t("rosters.leave.approvedOf", { name }), undefined, stranded),
  });
  const refuse = useAction<Decision & { answer: string }, TimeOffRead>({
    send: ({ id, answer }, key) =>
      call(
        refuseTimeOff({ path: { time_off_id: id }, body: { answer }, headers: { "Idempotency-Key": key } }),
      ),
    onDone: (_, { name }) => done(t("rosters.leave.refusedOf", { name })),
  });
  const withdraw = useAction<{ leave: TimeOffRead; name: string; isUndo?: boolean }, TimeOffRead>({
    send: ({ leave }, key) =>
      call(withdrawTimeOff({ path: { time_off_id: leave.id }, headers: { "Idempotency-Key": key } })),
    onDone: (_, { leave, name, isUndo }) => {
      if (isUndo) return done(t("rosters.undone"));
      const { staff_id: staffId, start, end, reason } = leave;
      done(t("rosters.leave.withdrawnOf", { name }), () =>
        enter.run({ leave: { staffId, name, start, end, reason }, isApproved: true, isUndo: true }),
      );
    },
  });
  // Leave that could not be approved yet is approved when that is confirmed, and withdrawn when it is given up.
  const requested = useRef<{ leave: NewLeave; made: TimeOffRead } | null>(null);
  const entered = useRef<() => void>(() => {});
  const giveUp = useAction<string, TimeOffRead>({
    send: (id, key) =>
      call(withdrawTimeOff({ path: { time_off_id: id }, headers: { "Idempotency-Key": key } })),
    onDone: refresh,
  });
  const enter = useDeskAction<
    { leave: NewLeave; isApproved: boolean; isUndo?: boolean },
    { made: TimeOffRead; stranded: StrandedAppointment[] }
  >({
    zone,
    send: async ({ leave, isApproved }, { force = false }, key) => {
      if (requested.current?.leave !== leave) {
        const { staffId: staff_id, start, end, reason } = leave;
        const body = { staff_id, start, end, reason };
        const made = await call(requestTimeOff({ body, headers: { "Idempotency-Key": key } }));
        requested.current = { leave, made };
      }
      const { made } = requested.current;
      if (!isApproved) return { made, stranded: [] };
      const approved = await call(
        approveTimeOff({
          path: { time_off_id: made.id },
          body: { force },
          headers: { "Idempotency-Key": `${key}-approve` },
        }),
      );
      return { made: approved.time_off, stranded: approved.stranded };
    },
    onGivenUp: () => {
      if (requested.current !== null) giveUp.run(requested.current.made.id);
      requested.current = null;
    },
    onDone: ({ made, stranded }, { leave: { name }, isApproved, isUndo }) => {
      requested.current = null;
      if (isUndo) return done(t("rosters.undone"), undefined, stranded);
      const undo = () => withdraw.run({ leave: made, name, isUndo: true });
      done(
        t(isApproved ? "rosters.leave.savedOf" : "rosters.leave.askedOf", { name }),
        isApproved ? undo : undefined,
        stranded,
      );
      entered.current();
    },
  });
  return {
    approve: approve.run,
    refuse: ({ id, name }) =>
      ask({
        title: t("rosters.leave.refuseOf", { name }),
        reason: "optional",
        reasonLabel: t("rosters.leave.answer"),
        confirm: t("rosters.leave.refuse"),
        onConfirm: (answer) => refuse.run({ id, name, answer }),
      }),
    withdraw: ({ leave, name }) => withdraw.run({ leave, name }),
    enter: (leave, isApproved, onEntered) => {
      entered.current = onEntered;
      enter.run({ leave, isApproved });
    },
    isRunning: [approve, refuse, withdraw, enter].some(({ isRunning }) => isRunning),
  };
}
