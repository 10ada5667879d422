/** Around the board: the card under the pointer, the bar to move one by keys or buttons, and the tray. */
import {
  ArrowDown,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  Check,
  Inbox,
  type LucideIcon,
  Minus,
  Plus,
  Undo2,
  X,
} from "lucide-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { Button } from "@/design/Button";
import type { Column, DayLayout } from "../layout";
import { LOOKS } from "../status";
import { MINUTE, spanIn, timeIn } from "../time";
import { isMovable } from "./hand";
import { useHand } from "./handStore";
import { nameOf } from "./names";
import { verdictOn } from "./places";
import type { Moving } from "./useMoving";
import { TRAY_CARD, usePointer } from "./usePointer";
import { useReason } from "./useReason";

interface Props {
  moving: Moving;
  board: BoardRead | undefined;
  layout: DayLayout | undefined;
  children: ReactNode;
}

export function MovingStage({ moving, board, layout, children }: Props) {
  const stage = useRef<HTMLDivElement>(null);
  const floating = useRef<HTMLDivElement>(null);
  usePointer(stage, floating, moving, layout);
  const isHeld = useHand(moving.store, ({ hand }) => hand !== null);
  const by = useHand(moving.store, (state) => state.by);
  return (
    <div ref={stage} className="relative flex min-h-0 flex-1 flex-col">
      {children}
      {board !== undefined && layout !== undefined && (
        <>
          <div className="pointer-events-none absolute inset-x-0 bottom-3 z-30 flex flex-col items-center gap-2">
            {isHeld && by === "keys" && <HandBar moving={moving} board={board} columns={layout.columns} />}
            {(moving.tray !== null || (isHeld && by === "pointer")) && (
              <Tray moving={moving} zone={board.time_zone} />
            )}
          </div>
          {isHeld && by === "pointer" && <FloatingCard moving={moving} board={board} floating={floating} />}
        </>
      )}
    </div>
  );
}

/** The card in the hand, at the point where it was taken. `usePointer` moves it. */
function FloatingCard({
  moving,
  board,
  floating,
}: {
  moving: Moving;
  board: BoardRead;
  floating: React.RefObject<HTMLDivElement | null>;
}) {
  const { t } = useTranslation();
  const card = useHand(moving.store, ({ hand }) => hand?.card);
  const name = useHand(moving.store, ({ hand }) => hand && nameOf(hand.card));
  const time = useHand(moving.store, ({ hand }) =>
    hand === null ? "" : timeIn(board.time_zone, hand.at.start),
  );
  const isLonger = useHand(
    moving.store,
    ({ hand }) => hand !== null && hand.at.minutes !== hand.from.minutes,
  );
  if (card === undefined || isLonger) return null;
  return (
    <div
      ref={floating}
      aria-hidden
      className={`pointer-events-none fixed top-0 left-0 z-40 w-36 will-change-transform rounded-sm border border-l-4 px-1.5 py-1 text-sm opacity-85 shadow-raised ${LOOKS[card.appointment.status].card}`}
      data-floating
    >
      <span className="block truncate font-semibold">{name ?? t("card.anonymous")}</span>
      <span className="tabular block text-xs">{time}</span>
    </div>
  );
}

function HandBar({ moving, board, columns }: { moving: Moving; board: BoardRead; columns: Column[] }) {
  const { t } = useTranslation();
  const hand = useHand(moving.store, (state) => state.hand);
  const places = useHand(moving.store, (state) => state.places);
  const verdict = hand === null || places === null ? "fits" : verdictOn(places, hand);
  const column = columns.find(({ id }) => id === hand?.at.columnId);
  const reason = useReason(places, verdict, column);
  if (hand === null) return null;
  const { at, card } = hand;
  const name = nameOf(hand.card) ?? t("card.anonymous");
  const time = spanIn(board.time_zone, at.start, at.start + at.minutes * MINUTE);
  const canMove = isMovable(card.appointment.status);
  return (
    <div
      role="toolbar"
      aria-label={t("move.bar", { name })}
      className="pointer-events-auto flex max-w-[calc(100%-2rem)] flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line-strong bg-raised p-2 pl-4 shadow-raised"
      data-hand-bar
    >
      <p className="min-w-44 leading-snug">
        <span className="block font-semibold">{name}</span>
        <span role="status" aria-atomic className="tabular block text-sm">
          {time} · {column?.name}
          {reason !== null && <span className="block font-medium text-danger">{reason}</span>}
        </span>
      </p>
      {canMove && (
        <span className="flex gap-1">
          <Step icon={ArrowUp} name={t("move.earlier")} onStep={() => moving.press("up", {})} />
          <Step icon={ArrowDown} name={t("move.later")} onStep={() => moving.press("down", {})} />
          <Step icon={ArrowLeft} name={t("move.left")} onStep={() => moving.press("left", {})} />
          <Step icon={ArrowRight} name={t("move.right")} onStep={() => moving.press("right", {})} />
        </span>
      )}
      <span className="flex gap-1">
        <Step icon={Minus} name={t("move.shorter")} onStep={() => moving.press("up", { isLength: true })} />
        <Step icon={Plus} name={t("move.longer")} onStep={() => moving.press("down", { isLength: true })} />
      </span>
      <span className="flex gap-1">
        {canMove && <Step icon={Inbox} name={t("move.toTray")} onStep={() => moving.toTray()} />}
        <Button className="h-11" onClick={moving.release}>
          <Undo2 aria-hidden size={17} />
          {t("move.restore")}
        </Button>
        <Button kind="primary" className="h-11" onClick={moving.drop}>
          <Check aria-hidden size={17} />
          {t("move.drop")}
        </Button>
      </span>
    </div>
  );
}

function Step({ icon: Icon, name, onStep }: { icon: LucideIcon; name: string; onStep: () => void }) {
  return (
    <Button size="icon" className="h-11 w-11" aria-label={name} title={name} onClick={onStep}>
      <Icon aria-hidden size={18} />
    </Button>
  );
}

/** It keeps a card while the day is changed. */
function Tray({ moving, zone }: { moving: Moving; zone: string }) {
  const { t } = useTranslation();
  const { tray } = moving;
  if (tray === null) {
    return (
      <p
        className="flex h-13 items-center gap-2 rounded-lg border-2 border-line-strong border-dashed bg-raised px-6 text-muted shadow-raised"
        data-tray
      >
        <Inbox aria-hidden size={18} />
        {t("move.trayHint")}
      </p>
    );
  }
  const { card } = tray;
  const time = spanIn(zone, Date.parse(card.treatment.start), Date.parse(card.treatment.end));
  return (
    <section
      aria-label={t("move.tray")}
      className="pointer-events-auto flex max-w-[calc(100%-2rem)] items-center gap-2 rounded-lg border border-line-strong bg-raised p-2 shadow-raised"
      data-tray
    >
      <div
        className={`flex min-h-11 cursor-grab touch-none select-none items-center gap-2 rounded-sm border border-l-4 px-3 ${LOOKS[card.appointment.status].card}`}
        data-tray-card={TRAY_CARD}
      >
        <Inbox aria-hidden size={16} className="shrink-0" />
        <span className="max-w-56 truncate font-semibold">{nameOf(card) ?? t("card.anonymous")}</span>
        <span className="tabular text-sm">{time}</span>
      </div>
      <Button kind="primary" className="h-11" onClick={() => moving.liftFromTray("keys")}>
        {t("move.placeHere")}
      </Button>
      <Button
        kind="quiet"
        size="icon"
        className="h-11 w-11"
        aria-label={t("move.emptyTray")}
        onClick={moving.emptyTray}
      >
        <X aria-hidden size={18} />
      </Button>
    </section>
  );
}
