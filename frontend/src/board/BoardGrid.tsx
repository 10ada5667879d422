/** The columns of a day. One element scrolls both ways; the head and the hours stick to its edges, so that they are
    aligned with the columns by construction. */

import { type CSSProperties, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { whenIdle } from "@/app/idle";
import { LitInView } from "@/booking/BookingLayer";
import { PlanLayer } from "@/card/PlanLayer";
import { BoardColumn } from "./BoardColumn";
import { ColumnHeads } from "./ColumnHead";
import { type Card, type DayLayout, offsetOf, type View } from "./layout";
import { HandLayer } from "./move/HandLayer";
import { useHand } from "./move/handStore";
import type { Moving } from "./move/useMoving";
import { StatusIcons } from "./StatusIcon";
import type { Span } from "./spans";
import { HOUR, hoursIn, MINUTE, timeIn } from "./time";
import { useCardFocus } from "./useCardFocus";
import { useNow } from "./useNow";
import { useSteadyTop } from "./useSteadyTop";

/** No column is narrower, in pixels. */
const NARROWEST = 128;
/** Pixels above what the first look is at. */
const ABOVE = 120;
/** Columns whose cards are drawn at one go, after those in view. */
const AT_ONE_GO = 2;
const NO_CARDS: Span = { start: 0, end: 0 };

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
  const liftedId = useHand(moving.store, ({ hand }) => hand?.card.treatment.id ?? null);
  const zone = board.time_zone;
  const height = offsetOf(span, scale, span.end);
  const isNow = !isWeek && now >= span.start && now <= span.end;
  const hours = hoursIn(zone, span.start, span.end);

  useSteadyTop(scroller, span, scale);

  // The first look is at what happens now, or at the first card of another day. Later the board never scrolls by itself.
  const aim = isNow ? now : Math.min(...columns.flatMap(({ cards }) => cards.map(({ start }) => start)));
  const [firstTop] = useState(() =>
    Number.isFinite(aim) ? Math.max(0, offsetOf(span, scale, aim) - ABOVE) : 0,
  );
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = firstTop;
  }, [firstTop]);
  const drawnHours = useDrawnHours(columns.length, layout, firstTop);

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
      data-view={view}
      data-board={drawnHours(columns.length - 1) === null ? "drawn" : "drawing"}
    >
      <StatusIcons />
      <div className="relative grid select-none" style={measures}>
        <div className="sticky top-0 left-0 z-30 border-line border-r border-b bg-surface" />
        <ColumnHeads board={board} columns={columns} />
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
            drawnHours={drawnHours(index)}
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

/** Return the hours of a column of which the cards are drawn, null for all: at first those on the screen, which can be used
    at once. The others follow, a few columns at a time, so that nobody waits for them who presses one of the first. */
function useDrawnHours(
  count: number,
  { span, scale }: DayLayout,
  firstTop: number,
): (index: number) => Span | null {
  const [inView] = useState(() => {
    const height = (innerHeight / scale) * MINUTE;
    // It cannot be scrolled further than to the end of the day.
    const start = Math.min(span.start + (firstTop / scale) * MINUTE, span.end - height);
    return { columns: Math.ceil(innerWidth / NARROWEST), hours: { start, end: start + height } };
  });
  const [complete, setComplete] = useState(0);
  useEffect(
    () => (complete < count ? whenIdle(() => setComplete(complete + AT_ONE_GO)) : undefined),
    [complete, count],
  );
  return (index) => {
    if (index < complete) return null;
    return index < inView.columns ? inView.hours : NO_CARDS;
  };
}
