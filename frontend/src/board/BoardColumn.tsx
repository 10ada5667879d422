import { memo } from "react";
import { useTranslation } from "react-i18next";
import { singleKeys } from "@/app/keys";
import { BookingLayer } from "@/booking/BookingLayer";
import { BoardCard } from "./BoardCard";
import { type Card, type Column, type Direction, offsetOf, type Shade, type View } from "./layout";
import type { Span } from "./spans";

interface Props {
  column: Column;
  /** The hours of which the cards are drawn; null for all. */
  drawnHours: Span | null;
  zone: string;
  span: Span;
  scale: number;
  view: View;
  focusedKey: string | null;
  /** The treatment in the hand, if it is in this column. */
  liftedId: string | null;
  onOpen: (card: Card) => void;
  onFocus: (key: string) => void;
  onArrow: (key: string, direction: Direction) => void;
}

export const SHADES: Record<Shade["kind"], string> = {
  closed: "shade-closed",
  off: "shade-off",
  leave: "shade-leave",
  outage: "shade-outage",
  blocked: "shade-blocked",
};

/** A column: what is shaded, and the cards as a list in the order of time. */
export const BoardColumn = memo(function BoardColumn({
  column,
  drawnHours,
  zone,
  span,
  scale,
  view,
  focusedKey,
  liftedId,
  onOpen,
  onFocus,
  onArrow,
}: Props) {
  const { t } = useTranslation();
  const { "aria-keyshortcuts": shortcuts } = singleKeys("M T", "Shift+ArrowUp Shift+ArrowDown");
  return (
    <section
      aria-labelledby={`column-${column.id}`}
      className={`skip-unseen hour-lines @container relative min-w-0 border-l bg-surface ${column.startsGroup ? "border-l-line-strong" : "border-l-line"}`}
      style={{ height: offsetOf(span, scale, span.end) }}
      data-column={column.id}
    >
      {column.shades.map((shade) => (
        <ShadedHours key={`${shade.kind}/${shade.start}`} shade={shade} span={span} scale={scale} />
      ))}
      <BookingLayer column={column} span={span} scale={scale} zone={zone} />
      <ul>
        {(drawnHours === null ? column.cards : column.cards.filter(isIn(drawnHours))).map((card) => (
          <BoardCard
            key={card.key}
            card={card}
            zone={zone}
            t={t}
            span={span}
            scale={scale}
            view={view}
            isTabStop={card.key === focusedKey}
            isLifted={card.treatment.id === liftedId}
            shortcuts={shortcuts}
            onOpen={onOpen}
            onFocus={onFocus}
            onArrow={onArrow}
          />
        ))}
      </ul>
    </section>
  );
});

const isIn = (hours: Span) => (card: Card) => card.start < hours.end && card.end > hours.start;

/** Return what is said of hours in which nobody can be booked, or null for those outside opening hours and shifts. */
export function useShadeText({ kind, use, text }: Shade): string | null {
  const { t } = useTranslation();
  if (kind === "closed" || kind === "off") return null;
  const word = use === undefined ? t(`board.${kind}`) : t(`board.blockedFor.${use}`);
  return text ? t("board.withReason", { kind: word, reason: text }) : word;
}

function ShadedHours({ shade, span, scale }: { shade: Shade; span: Span; scale: number }) {
  const text = useShadeText(shade);
  const start = Math.max(shade.start, span.start);
  const end = Math.min(shade.end, span.end);
  if (end <= start) return null;
  return (
    <div
      className={`absolute inset-x-0 ${SHADES[shade.kind]}`}
      style={{ top: offsetOf(span, scale, start), height: ((end - start) / 60_000) * scale }}
      data-shade={shade.kind}
    >
      {text !== null && (
        <button
          type="button"
          className="sticky top-(--head) z-1 m-1 block max-w-[calc(100%-0.5rem)] truncate rounded-sm bg-surface px-1.5 text-left font-medium text-xs hover:underline"
          aria-haspopup="dialog"
          data-away={shade.id}
        >
          {text}
        </button>
      )}
    </div>
  );
}
