/** The columns of a day. One element scrolls both ways; the head and the hours stick to its edges, so that they are
    aligned with the columns by construction. */

import { type CSSProperties, startTransition, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { LitInView } from "@/booking/BookingLayer";
import { PlanLayer } from "@/card/PlanLayer";
import { BoardColumn } from "./BoardColumn";
import { ColumnHead } from "./ColumnHead";
import { type Card, type DayLayout, offsetOf, type View } from "./layout";
import { HandLayer } from "./move/HandLayer";
import { useHand } from "./move/handStore";
import type { Moving } from "./move/useMoving";
import { StatusIcons } from "./StatusIcon";
import { HOUR, hoursIn, timeIn } from "./time";
import { useCardFocus } from "./useCardFocus";
import { useNow } from "./useNow";

/** No column is narrower, in pixels. */
const NARROWEST = 128;

interface Props {
  board: BoardRead;
  layout: DayLayout;
  view: View;
  moving: Moving;
  onOpen: (card: Card) => void;
  /** The columns are days: now is in none or in one of them. */
  isWeek?: boolean;
}

export function BoardGrid({ board, layout, view, moving, onOpen, isWeek = false }: Props) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(15_000);
  const { columns, span, scale } = layout;
  const focus = useCardFocus(columns, scroller);
  const first = useFirstColumns();
  const liftedId = useHand(moving.store, ({ hand }) => hand?.card.treatment.id ?? null);
  const zone = board.time_zone;
  const height = offsetOf(span, scale, span.end);
  const isNow = !isWeek && now >= span.start && now <= span.end;
  const hours = hoursIn(zone, span.start, span.end);

  // The first look is at what happens now, or at the first card of another day. Later the board never scrolls by itself.
  const isPlaced = useRef(false);
  useEffect(() => {
    if (isPlaced.current || scroller.current === null) return;
    isPlaced.current = true;
    const first = Math.min(...columns.flatMap((column) => column.cards.map((card) => card.start)));
    const aim = isNow ? now : first;
    if (Number.isFinite(aim)) scroller.current.scrollTop = Math.max(0, offsetOf(span, scale, aim) - 120);
  });

  const measures = {
    "--hour": `${(scale * HOUR) / 60_000}px`,
    "--first-hour": `${offsetOf(span, scale, hours[0] ?? span.start)}px`,
    minWidth: `calc(3.5rem + ${columns.length} * var(--column))`,
    gridTemplateColumns: `3.5rem repeat(${columns.length}, minmax(var(--column), 1fr))`,
  } as CSSProperties;

  return (
    <div
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a day without cards is scrolled from the keyboard, too
      tabIndex={0}
      className="board min-h-0 flex-1 overflow-auto border-line border-t"
      data-board
    >
      <StatusIcons />
      <div className="relative grid select-none" style={measures}>
        <div className="sticky top-0 left-0 z-30 border-line border-r border-b bg-surface" />
        {columns.map((column, index) => (
          <ColumnHead key={column.id} column={column} zone={zone} isTabStop={index === 0} />
        ))}
        <div className="sticky left-0 z-20 border-line border-r bg-surface" style={{ height }}>
          {hours.map((hour) => (
            <time
              key={hour}
              className="tabular absolute right-2 -translate-y-1/2 text-muted text-xs first:translate-y-1"
              style={{ top: offsetOf(span, scale, hour) }}
            >
              {timeIn(zone, hour)}
            </time>
          ))}
          {isNow && (
            <time
              className="tabular absolute right-1 z-10 -translate-y-1/2 rounded-sm bg-now px-1 font-semibold text-page text-xs"
              style={{ top: offsetOf(span, scale, now) }}
              data-now
            >
              <span className="sr-only">{t("board.now")} </span>
              {timeIn(zone, now)}
            </time>
          )}
        </div>
        {columns.map((column, index) => (
          <BoardColumn
            key={column.id}
            column={column}
            hasCards={index < first}
            zone={zone}
            span={span}
            scale={scale}
            view={view}
            focusedKey={column.cards.some((card) => card.key === focus.key) ? focus.key : null}
            liftedId={column.cards.some(({ treatment }) => treatment.id === liftedId) ? liftedId : null}
            onOpen={onOpen}
            onFocus={focus.focus}
            onArrow={focus.move}
          />
        ))}
        <HandLayer
          store={moving.store}
          board={board}
          columns={columns}
          span={span}
          scale={scale}
          template={measures.gridTemplateColumns}
        />
        <LitInView board={scroller} />
        <PlanLayer
          board={board}
          columns={columns}
          span={span}
          scale={scale}
          template={measures.gridTemplateColumns}
        />
        {isNow && (
          <div
            aria-hidden
            className="pointer-events-none absolute right-0 left-14 z-10 h-px bg-now"
            style={{ top: `calc(var(--head) + ${offsetOf(span, scale, now)}px)` }}
          />
        )}
      </div>
    </div>
  );
}

/** Return of how many columns the cards are drawn: at first those that fit on the screen, afterwards all. */
function useFirstColumns(): number {
  const [first, setFirst] = useState(Math.ceil(innerWidth / NARROWEST));
  useEffect(() => startTransition(() => setFirst(Number.POSITIVE_INFINITY)), []);
  return first;
}
