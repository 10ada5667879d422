/** Carry a card: who holds it, where it fits, what the keys do, and the tray. The rules are in `hand.ts` and `places.ts`. */
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BoardRead, type BranchRead, findPlaces } from "@/api/generated";
import { isSingleKey } from "@/app/keys";
import type { Card, DayLayout, Direction, View } from "../layout";
import { timeIn } from "../time";
import { FINE_STEP, grasp, type Hand, hasChanged, isMovable, isResizable, nudge, stretch } from "./hand";
import { createHandStore, EMPTY, type HandStore } from "./handStore";
import { nameOf } from "./names";
import { canForce } from "./places";
import type { Movements } from "./useMovements";

/** A card that waits in the tray, from whatever day it is. */
export interface InTray {
  card: Card;
  columnId: string;
  view: View;
  /** The beginning of the day that it comes from. */
  dayStart: number;
}

export interface Moving {
  store: HandStore;
  tray: InTray | null;
  /** The branch's step in minutes. */
  step: number;
  /** The user works at the desk of this branch. */
  canMove: boolean;
  /** Take the card with this key. Returns whether it can be moved. */
  lift: (key: string, by: "keys" | "pointer", isEdge?: boolean) => boolean;
  /** Take the card from the tray to the same time of this day. */
  liftFromTray: (by: "keys" | "pointer") => boolean;
  change: (change: (hand: Hand, board: BoardRead, layout: DayLayout) => Hand) => void;
  press: (to: Direction, options: { isLength?: boolean; isFine?: boolean }) => void;
  drop: () => void;
  /** Put it back where it was. */
  release: () => void;
  /** Put the card with this key, or the one in the hand, into the tray. */
  toTray: (key?: string) => void;
  emptyTray: () => void;
  /** Take the card in the hand to another day: it waits in the tray. */
  toDay: (day: string) => void;
}

type Actions = Omit<Moving, "tray" | "step" | "canMove">;

interface Options {
  branch: BranchRead;
  /** The day as the screen shows it. */
  board: BoardRead | undefined;
  layout: DayLayout | undefined;
  view: View;
  movements: Movements;
  canMove: boolean;
  onDay: (day: string) => void;
}

export function useMoving({ branch, board, layout, view, movements, canMove, onDay }: Options): Moving {
  const { t } = useTranslation();
  const [store] = useState(createHandStore);
  const [tray, setTray] = useState<InTray | null>(null);
  const request = useRef<AbortController>(null);
  const refocus = useRef<string | null>(null);
  const latest = useRef({ board, layout, view, movements, tray, canMove, onDay, t });
  latest.current = { board, layout, view, movements, tray, canMove, onDay, t };

  const empty = useCallback(() => {
    request.current?.abort();
    store.set(EMPTY);
  }, [store]);

  const take = useCallback(
    (hand: Hand, by: "keys" | "pointer", asksWhere: boolean) => {
      const { board, t } = latest.current;
      if (board === undefined) return;
      request.current?.abort();
      store.set({ hand, by, places: null });
      if (!asksWhere) return;
      const controller = new AbortController();
      request.current = controller;
      const body = { branch_id: board.branch_id, day: board.day, treatment_id: hand.card.treatment.id };
      call(findPlaces({ body, signal: controller.signal })).then(
        (places) => {
          if (!controller.signal.aborted && store.get().hand !== null) store.set({ places });
        },
        (error) => {
          if (!controller.signal.aborted) showFailure(sentenceOf(t, error));
        },
      );
    },
    [store],
  );

  const moving = useMemo((): Actions => {
    const find = (key: string) => {
      for (const column of latest.current.layout?.columns ?? []) {
        const card = column.cards.find((other) => other.key === key);
        if (card !== undefined) return { card, columnId: column.id };
      }
      return null;
    };
    const change: Moving["change"] = (how) => {
      const { board, layout } = latest.current;
      const { hand } = store.get();
      if (hand !== null && board !== undefined && layout !== undefined)
        store.set({ hand: how(hand, board, layout) });
    };
    const toTray: Moving["toTray"] = (key) => {
      const { hand } = store.get();
      const { board, view, canMove, t } = latest.current;
      const found = key === undefined ? hand && { card: hand.card, columnId: hand.from.columnId } : find(key);
      if (!found || board === undefined || !canMove) return;
      empty();
      if (!isMovable(found.card.appointment.status)) {
        showFailure(t("move.fixed"));
        return;
      }
      // From the tray back to it, the card keeps the day it comes from.
      setTray((before) =>
        before?.card.treatment.id === found.card.treatment.id
          ? before
          : { ...found, view, dayStart: Date.parse(board.start) },
      );
    };
    return {
      store,
      lift: (key, by, isEdge = false) => {
        const found = find(key);
        if (found === null || !latest.current.canMove) return false;
        const { status } = found.card.appointment;
        if (!isResizable(status) || (by === "pointer" && !isEdge && !isMovable(status))) {
          if (by === "keys") showFailure(latest.current.t("move.fixed"));
          return false;
        }
        take(grasp(found.card, found.columnId, latest.current.view), by, !isEdge && isMovable(status));
        return true;
      },
      liftFromTray: (by) => {
        const { tray, board, layout, view } = latest.current;
        if (tray === null || board === undefined || layout === undefined) return false;
        const hand = grasp(tray.card, tray.columnId, tray.view, Date.parse(board.start) - tray.dayStart);
        const columns = layout.columns.filter(({ kind }) => kind !== "unassigned");
        const column = columns.find(({ id }) => id === tray.columnId) ?? columns[0];
        if (column === undefined) return false;
        take({ ...hand, view, at: { ...hand.at, columnId: column.id } }, by, true);
        return true;
      },
      change,
      press: (to, { isLength = false, isFine = false }) => {
        const step = isFine ? FINE_STEP : branch.grid_minutes;
        change((hand, board, { columns }) => {
          if (!isLength) return nudge(hand, board, columns, to, step);
          return to === "up" || to === "down" ? stretch(hand, board, to, step) : hand;
        });
      },
      drop: () => {
        const { hand, by, places } = store.get();
        const { board, layout, movements, tray, t } = latest.current;
        empty();
        if (hand === null || board === undefined || !hasChanged(hand)) return;
        const column = layout?.columns.find(({ id }) => id === hand.at.columnId);
        const treatment = hand.card.treatment.id;
        if (by === "keys") refocus.current = treatment;
        if (tray?.card.treatment.id === treatment) setTray(null);
        movements.drop({
          hand,
          name: nameOf(hand.card) ?? t("card.anonymous"),
          columnName: column?.name ?? "",
          canForce: canForce(places, column, hand),
        });
      },
      release: () => {
        const { hand, by } = store.get();
        if (by === "keys" && hand !== null) refocus.current = hand.card.treatment.id;
        empty();
      },
      toTray,
      toDay: (day) => {
        toTray();
        latest.current.onDay(day);
      },
      emptyTray: () => setTray(null),
    };
  }, [store, take, empty, branch.grid_minutes]);

  // Another day or other columns: what is in the hand belongs to those before.
  const sheet = `${board?.branch_id}/${board?.day}/${view}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when the sheet changes
  useEffect(() => empty, [sheet, empty]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when the branch changes
  useEffect(() => setTray(null), [branch.id]);

  useConflict(store, board, layout, movements, branch.time_zone);
  useHandKeys(moving);

  // A card that was moved is another element: the focus goes there with it.
  useEffect(() => {
    if (refocus.current === null || layout === undefined) return;
    const card = document.querySelector<HTMLElement>(`[data-card^="${CSS.escape(refocus.current)}/"]`);
    refocus.current = null;
    card?.focus();
  }, [layout]);

  const step = branch.grid_minutes;
  return useMemo(() => ({ ...moving, tray, step, canMove }), [moving, tray, step, canMove]);
}

/** Keep the hand right when the stream brings a change of its card: the ghost stays, and what changed is said. */
function useConflict(
  store: HandStore,
  board: BoardRead | undefined,
  layout: DayLayout | undefined,
  movements: Movements,
  zone: string,
): void {
  const { t } = useTranslation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it looks when the day has changed
  useEffect(() => {
    const { hand } = store.get();
    if (hand === null || board === undefined || layout === undefined) return;
    const { visit, appointment, treatment } = hand.card;
    const wasHere = Date.parse(appointment.start) >= Date.parse(board.start);
    if (movements.pending.some((other) => other.visit.id === visit.id) || !wasHere) return;
    const now = board.visits
      .find(({ id }) => id === visit.id)
      ?.appointments.find(({ id }) => id === appointment.id);
    if (now === appointment || JSON.stringify(now) === JSON.stringify(appointment)) return;
    const name = nameOf(hand.card) ?? t("card.anonymous");
    for (const column of layout.columns) {
      const card = column.cards.find((other) => other.treatment.id === treatment.id);
      if (card === undefined) continue;
      const fresh = grasp(card, column.id, hand.view);
      const hadLength = hand.at.minutes === hand.from.minutes;
      store.set({ hand: { ...fresh, at: hadLength ? { ...hand.at, minutes: fresh.at.minutes } : hand.at } });
      const values = {
        name,
        time: timeIn(zone, fresh.from.start),
        status: t(`statusShort.${card.appointment.status}`),
      };
      showFailure(t("move.changed", { ...values, column: column.name }));
      return;
    }
    showFailure(t("move.gone", { name }));
  }, [board]);
}

const ARROWS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** The keys while a card is in the hand, wherever the focus is; and those that take one, on a card. */
function useHandKeys(moving: Actions): void {
  useEffect(() => {
    const handle = (event: KeyboardEvent): boolean => {
      const { hand, by } = moving.store.get();
      const target = event.target instanceof HTMLElement ? event.target : null;
      const to = ARROWS[event.key];
      const letter = isSingleKey(event) ? event.key.toLowerCase() : null;
      const options = { isLength: event.shiftKey, isFine: event.altKey };
      if (hand !== null) {
        if (event.key === "Escape") moving.release();
        else if (by === "pointer") return false;
        else if (to !== undefined) moving.press(to, options);
        else if (event.key === "Enter" && target?.closest("[data-hand-bar]") === null) moving.drop();
        else if (letter === "t") moving.toTray();
        else return false;
        return true;
      }
      const key = target?.closest<HTMLElement>("[data-card]")?.dataset.card;
      if (key === undefined) return false;
      if (letter === "t") moving.toTray(key);
      else if (letter === "m") moving.lift(key, "keys");
      else if ((to === "up" || to === "down") && (event.shiftKey || event.altKey)) {
        if (moving.lift(key, "keys")) moving.press(to, options);
      } else return false;
      return true;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || !handle(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("keydown", onKey, { capture: true });
    return () => removeEventListener("keydown", onKey, { capture: true });
  }, [moving]);
}

const MovingContext = createContext<Moving | null>(null);
export const MovingProvider = MovingContext.Provider;

/** Return what moves cards, or null outside of the board. */
export function useMovingContext(): Moving | null {
  return useContext(MovingContext);
}
