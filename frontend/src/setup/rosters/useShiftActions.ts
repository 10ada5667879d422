/** What changes a shift. A change that strands appointments is asked about first; all of them can be taken back. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Choice, showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import {
  type BranchRead,
  createShift,
  deleteShift,
  type ShiftCreate,
  type ShiftRead,
  type StrandedAppointment,
  swapShifts,
  updateShift,
} from "@/api/generated";
import { dayIn } from "@/board/time";
import { useDeskAction } from "@/card/useDeskAction";
import { ROSTER_KEY } from "./useRoster";

interface Undoable {
  /** It takes back what was done, and is not offered to be taken back itself. */
  isUndo?: boolean;
}

interface Change extends Undoable {
  before: ShiftRead;
  /** The new person and times. */
  after: Pick<ShiftRead, "staff_id" | "start" | "end">;
}

interface Swap extends Undoable {
  id: string;
  withId: string;
}

export interface ShiftActions {
  add: (shift: ShiftCreate) => void;
  change: (change: Change) => void;
  remove: (shift: ShiftRead) => void;
  swap: (swap: Swap) => void;
  isRunning: boolean;
}

export function useShiftActions(branch: BranchRead, onDone: () => void): ShiftActions {
  const { t } = useTranslation("setup");
  const done = useRosterDone(branch);
  const zone = branch.time_zone;
  const add = useAction<ShiftCreate & Undoable, ShiftRead>({
    send: ({ isUndo: _, ...body }, key) => call(createShift({ body, headers: { "Idempotency-Key": key } })),
    onDone: (made, { isUndo }) => {
      if (isUndo) return done(t("rosters.undone"));
      done(t("rosters.added"), () => remove.run({ ...made, isUndo: true }));
      onDone();
    },
  });
  const remove = useDeskAction<ShiftRead & Undoable, { stranded: StrandedAppointment[] }>({
    zone,
    send: ({ id }, { force = false }) => call(deleteShift({ path: { shift_id: id }, query: { force } })),
    onDone: ({ stranded }, { id: _, isUndo, ...shift }) => {
      if (isUndo) return done(t("rosters.undone"));
      done(t("rosters.removed"), () => add.run({ ...shift, isUndo: true }), stranded);
      onDone();
    },
  });
  const change = useDeskAction<Change, { stranded: StrandedAppointment[] }>({
    zone,
    send: ({ before, after: { staff_id, start, end } }, { force = false }) =>
      call(updateShift({ path: { shift_id: before.id }, body: { staff_id, start, end, force } })),
    onDone: ({ stranded }, { before, after, isUndo }) => {
      if (isUndo) return done(t("rosters.undone"));
      const undo = () => change.run({ before: { ...before, ...after }, after: before, isUndo: true });
      done(t("rosters.changed"), undo, stranded);
      onDone();
    },
  });
  const swap = useDeskAction<Swap, { stranded: StrandedAppointment[] }>({
    zone,
    send: ({ id, withId }, { force = false }, key) =>
      call(
        swapShifts({
          path: { shift_id: id },
          body: { with_shift_id: withId, force },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: ({ stranded }, { id, withId, isUndo }) => {
      if (isUndo) return done(t("rosters.undone"));
      done(t("rosters.swapped"), () => swap.run({ id, withId, isUndo: true }), stranded);
      onDone();
    },
  });
  return {
    add: add.run,
    change: change.run,
    remove: remove.run,
    swap: swap.run,
    isRunning: [add, remove, change, swap].some(({ isRunning }) => isRunning),
  };
}

/** Return what says that the roster has changed, with its undo, and leads to the guests that the change strands. */
export function useRosterDone(
  branch: BranchRead,
): (sentence: string, undo?: () => void, stranded?: readonly StrandedAppointment[]) => void {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  const navigate = useNavigate();
  const choicesOf = (stranded: readonly StrandedAppointment[]): readonly Choice[] | undefined => {
    const [first] = stranded;
    if (first === undefined) return undefined;
    const day = dayIn(branch.time_zone, Date.parse(first.start));
    const search = { branch: branch.id, day, solve: true as const };
    const run = () => void navigate({ to: "/desk/board", search });
    return [{ label: t("rosters.solve", { count: stranded.length }), run }];
  };
  return (sentence, undo, stranded = []) => {
    void cache.invalidateQueries({ queryKey: ROSTER_KEY });
    showDone(sentence, undo, choicesOf(stranded));
  };
}
