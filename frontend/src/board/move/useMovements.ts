/** Send what was moved, show it at its new place until there is an answer, and take it back on request. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Choice, showDone, showFailure } from "@/actions/toasts";
import { newKey } from "@/actions/unanswered";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError, sentenceOf } from "@/api/errors";
import {
  type AppointmentUpdate,
  type BoardRead,
  type BranchRead,
  type EditUndo,
  undoEdit,
  updateAppointment,
  updateVisit,
  type VisitChanged,
  type VisitRead,
  type VisitUpdate,
} from "@/api/generated";
import { dayName } from "@/i18n/format";
import { dayIn, timeIn } from "../time";
import { type Hand, isMovable } from "./hand";
import { expected, type Pending, requestOf, startingAt, withAnswer } from "./movement";

type Request =
  | { appointmentId: string; body: AppointmentUpdate }
  | { visitId: string; body: VisitUpdate }
  | { editId: string; body: EditUndo };

/** A visit after a movement. */
type Changed = VisitRead & Pick<VisitChanged, "reassigned" | "edit_id">;

/** A change of the places of a visit. */
export interface Movement extends Pending {
  name: string;
  request: Request;
  /** What to say when it is done. */
  done: string;
  /** It takes another one back. */
  isUndo: boolean;
  /** The desk may overrule hours and shifts for it. */
  canForce: boolean;
}

/** Something that the desk has to confirm. */
export interface Confirmation {
  sentence: string;
  /** What makes the API accept it. */
  permit: "allow_same_time" | "force";
  movement: Movement;
  choices: Choice[];
}

export interface Drop {
  hand: Hand;
  /** The guest. */
  name: string;
  columnName: string;
  canForce: boolean;
}

export interface Movements {
  pending: readonly Pending[];
  confirmation: Confirmation | null;
  /** Send a drop. */
  drop: (drop: Drop) => void;
  confirm: () => void;
  decline: () => void;
}

/** So many attempts take some four seconds: then the card goes back. */
const MOST_ATTEMPTS = 3;

export function useMovements(branch: BranchRead): Movements {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [pending, setPending] = useState<readonly Movement[]>([]);
  const [confirmation, setConfirmation] = useState<Confirmation | null>(null);
  const zone = branch.time_zone;

  const boards = () => cache.getQueriesData<BoardRead>({ queryKey: ["board", branch.id] });
  const knownVisit = (id: string) => {
    for (const [, board] of boards()) {
      const visit = board?.visits.find((other) => other.id === id);
      if (visit !== undefined) return visit;
    }
    return undefined;
  };

  const action = useAction<Movement, { before: VisitRead; after: Changed }>({
    mostAttempts: MOST_ATTEMPTS,
    send: async (movement, key) => {
      // Earlier movements have their answers by now.
      const before = knownVisit(movement.visit.id) ?? movement.visit;
      return { before, after: await send(movement, key) };
    },
    onDone: ({ before, after }, movement) => {
      // What the stream has brought since is newer than the answer, or the same.
      for (const [key, board] of boards()) {
        if (board !== undefined) cache.setQueryData<BoardRead>(key, withAnswer(board, before, after));
      }
      // The cache tells its readers in the next task: only then is the optimistic card of no use.
      setTimeout(() => forget(movement.id));
      const undo = movement.isUndo ? null : undoOf(movement, before, after);
      const names = (after.reassigned ?? []).map((other) =>
        t("move.gaveWay", {
          before: other.before.name,
          after: other.after.name,
          time: timeIn(zone, Date.parse(other.start)),
        }),
      );
      showDone(
        [movement.done, ...names].join(" "),
        undo === null ? undefined : () => run(undo),
        movement.isUndo ? [] : partyChoice(movement, before, after),
      );
    },
    onRefused: (error, movement) => {
      forget(movement.id);
      const sentence = sentenceOf(t, error);
      const details = error instanceof ApiError ? error.details : [];
      const code = error instanceof ApiError ? error.code : "";
      const choices = movement.isUndo ? [] : nearest(movement, details);
      if (code === "SAME_TIME") {
        setConfirmation({ sentence, permit: "allow_same_time", movement, choices });
      } else if (
        code === "SLOT_TAKEN" &&
        movement.canForce &&
        details.some(({ type }) => type === "reason")
      ) {
        setConfirmation({ sentence, permit: "force", movement, choices });
      } else {
        const refused = t("move.refused", { name: movement.name, reason: sentence });
        showFailure(movement.isUndo ? sentence : refused, choices);
      }
    },
  });

  const forget = (id: string) => setPending((before) => before.filter((other) => other.id !== id));

  const run = (movement: Movement) => {
    setPending((before) => [...before, movement]);
    action.run(movement);
  };

  /** Return the movement that takes another one back, or null when it changed nothing. */
  const undoOf = (movement: Movement, before: VisitRead, after: Changed): Movement | null => {
    if (!after.edit_id) return null;
    return {
      ...movement,
      id: newKey(),
      appointments: before.appointments,
      request: { editId: after.edit_id, body: {} },
      canForce: false,
      done: t("move.undone", { name: movement.name }),
      isUndo: true,
    };
  };

  /** Offer to bring the others of a party along with a guest who got another time. */
  const partyChoice = (movement: Movement, before: VisitRead, after: Changed): Choice[] => {
    const [moved] = movement.appointments;
    const now = after.appointments.find(({ id }) => id === moved?.id);
    const was = before.appointments.find(({ id }) => id === moved?.id);
    const others = after.appointments.filter(({ id, status }) => id !== moved?.id && isMovable(status));
    if (now === undefined || was === undefined || was.start === now.start) return [];
    const start = now.start;
    if (others.every((other) => Date.parse(other.start) === Date.parse(start))) return [];
    const whole: Movement = {
      ...movement,
      id: newKey(),
      visit: after,
      appointments: others.map((other) => startingAt(other, start)),
      request: { visitId: after.id, body: { start } },
      done: t("move.doneParty", { name: movement.name, time: timeOf(Date.parse(start), movement.visit) }),
    };
    return [{ label: t("move.wholeParty"), run: () => run(whole) }];
  };

  /** Offer the nearest free starts of a refusal. */
  const nearest = (movement: Movement, details: ApiError["details"]): Choice[] =>
    details.flatMap(({ type, value }) => {
      if (type !== "alternative" || typeof value !== "string") return [];
      const time = timeOf(Date.parse(value), movement.visit);
      const other: Movement = {
        ...movement,
        id: newKey(),
        appointments: movement.appointments.map((appointment) => startingAt(appointment, value)),
        request: { ...movement.request, body: { ...movement.request.body, start: value } } as Request,
        done: t("move.doneShort", { name: movement.name, time }),
      };
      return [{ label: time, run: () => run(other) }];
    });

  /** Return a time, with its day when that is another one than the visit's. */
  const timeOf = (start: number, visit: VisitRead): string => {
    const day = dayIn(zone, start);
    const before = dayIn(zone, Date.parse(visit.appointments[0]?.start ?? ""));
    return day === before ? timeIn(zone, start) : `${timeIn(zone, start)} ${dayName(t, day, before)}`;
  };

  return {
    pending,
    confirmation,
    drop: ({ hand, name, columnName, canForce }) => {
      const { visit, appointment } = hand.card;
      const body = requestOf(hand);
      const time = timeOf(hand.at.start, visit);
      const done =
        body.start === undefined && hand.from.columnId === hand.at.columnId
          ? t("move.resized", { name, count: hand.at.minutes })
          : t("move.done", { name, time, column: columnName });
      run({
        id: newKey(),
        name,
        visit,
        appointments: [expected(hand, columnName)],
        guests: hand.card.guest === undefined ? [] : [hand.card.guest],
        request: { appointmentId: appointment.id, body },
        done,
        isUndo: false,
        canForce,
      });
    },
    confirm: () => {
      if (confirmation === null) return;
      const { movement, permit } = confirmation;
      setConfirmation(null);
      const request = { ...movement.request, body: { ...movement.request.body, [permit]: true } } as Request;
      run({ ...movement, id: newKey(), request, canForce: movement.canForce && permit !== "force" });
    },
    decline: () => setConfirmation(null),
  };
}

async function send({ request, visit }: Movement, key: string): Promise<Changed> {
  if ("editId" in request) {
    const headers = { "Idempotency-Key": key };
    const { visits } = await call(
      undoEdit({ path: { edit_id: request.editId }, body: request.body, headers }),
    );
    return visits.find(({ id }) => id === visit.id) ?? visit;
  }
  if ("visitId" in request) {
    return call(updateVisit({ path: { visit_id: request.visitId }, body: request.body }));
  }
  return call(updateAppointment({ path: { appointment_id: request.appointmentId }, body: request.body }));
}
