/** Over the columns while a card is in the hand: where it fits is lit, the rest is dimmed, and a dashed ghost shows where it
    would be put down, and why it does not fit there. */
import { CircleAlert } from "lucide-react";
import { type CSSProperties, memo, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead, PlacesRead } from "@/api/generated";
import { type Column, MIN_CARD_HEIGHT, offsetOf } from "../layout";
import { REVEALED, reveal, revealOneOf } from "../reveal";
import { gaps, type Span } from "../spans";
import { MINUTE, spanIn } from "../time";
import { type Hand, hasChanged } from "./hand";
import { type HandStore, useHand } from "./handStore";
import { nameOf } from "./names";
import { areasOf, verdictOn } from "./places";
import { useReason } from "./useReason";

interface Props {
  store: HandStore;
  board: BoardRead;
  columns: Column[];
  span: Span;
  scale: number;
  /** The columns of the grid. */
  template: CSSProperties["gridTemplateColumns"];
}

export function HandLayer(props: Props) {
  const { store, columns, template } = props;
  const hand = useHand(store, (state) => state.hand);
  const places = useHand(store, (state) => state.places);
  const origin = useRef(hand);
  if (hand?.card !== origin.current?.card) origin.current = hand;
  if (hand === null) return null;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute inset-0 z-10 grid pt-(--head)"
      style={{ gridTemplateColumns: template }}
      data-hand
    >
      {places !== null && origin.current !== null && (
        <Areas {...props} places={places} hand={origin.current} />
      )}
      <Ghost
        {...props}
        hand={hand}
        places={places}
        index={columns.findIndex(({ id }) => id === hand.at.columnId)}
      />
    </div>
  );
}

/** Drawn once for a card: the places depend on the card, not on where the hand is. */
const Areas = memo(function Areas({
  store,
  columns,
  span,
  scale,
  places,
  hand,
}: Props & { places: PlacesRead; hand: Hand }) {
  const { start, end } = span;
  const layer = useRef<HTMLDivElement>(null);
  // A pointer scrolls the board itself: what is under it must not move.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it looks when the places are known
  useEffect(() => {
    if (store.get().by === "keys")
      revealOneOf(layer.current?.querySelectorAll("[data-lit]:not([data-own])") ?? []);
  }, [places]);
  // Where the card is now is lit, too, but that is not where it would go.
  const isOwn = (column: Column, area: Span) =>
    column.id === hand.from.columnId && area.start >= hand.card.start && area.end <= hand.card.end;
  const areasOfColumns = columns.map((column, index) => {
    const areas = areasOf(places, column.id, hand).map((area) => ({
      start: Math.max(area.start, start),
      end: Math.min(area.end, end),
    }));
    const style = (area: Span) => ({
      top: offsetOf(span, scale, area.start),
      height: ((area.end - area.start) / MINUTE) * scale,
    });
    return (
      <div key={column.id} className="relative row-start-1" style={{ gridColumn: index + 2 }}>
        {gaps({ start, end }, areas).map((area) => (
          <div
            key={area.start}
            className="hand-dim absolute inset-x-0"
            style={style(area)}
            data-dim={column.id}
          />
        ))}
        {areas.map((area) => (
          <div
            key={area.start}
            className={`hand-lit absolute inset-x-0 ${REVEALED}`}
            style={style(area)}
            data-lit={column.id}
            data-own={isOwn(column, area) || undefined}
          />
        ))}
      </div>
    );
  });
  return (
    <div ref={layer} className="contents">
      {areasOfColumns}
    </div>
  );
});

interface GhostProps extends Props {
  hand: Hand;
  places: PlacesRead | null;
  index: number;
}

function Ghost({ store, board, span, scale, hand, places, index, columns }: GhostProps) {
  const { t } = useTranslation();
  const by = useHand(store, (state) => state.by);
  const box = useRef<HTMLDivElement>(null);
  const { card, at, from } = hand;
  // A later piece of a treatment, and what it is surrounded by, keep their distance from the guest's time.
  const start = card.start + at.start - from.start;
  const longer = (at.minutes - from.minutes) * MINUTE;
  const height = Math.max(((card.end - card.start + longer) / MINUTE) * scale, MIN_CARD_HEIGHT) - 1;
  const verdict = places === null || !hasChanged(hand) ? "fits" : verdictOn(places, hand);
  const reason = useReason(places, verdict, columns[index]);
  const time = spanIn(board.time_zone, at.start, at.start + at.minutes * MINUTE);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the ghost
  useEffect(() => {
    if (by === "keys") reveal(box.current);
  }, [by, at]);

  if (index === -1) return null;
  return (
    // Moved by a transform alone: the browser then lays out and layers nothing anew, which on a full day takes longer than all
    // else that a movement costs.
    <div
      className="absolute top-(--head) left-14 px-0.5 will-change-transform"
      style={{
        width: `calc((100% - 3.5rem) / ${columns.length})`,
        height,
        transform: `translate(${index * 100}%, ${offsetOf(span, scale, start)}px)`,
      }}
    >
      <div
        ref={box}
        className={`relative flex h-full ${REVEALED} flex-col justify-end rounded-sm border-2 border-dashed px-1.5 py-0.5 text-sm ${
          reason === null ? "border-accent bg-accent-soft" : "border-danger bg-danger-soft text-danger"
        }`}
        data-ghost={at.columnId}
        data-verdict={verdict}
      >
        {height >= 46 && (
          <span className="truncate text-xs">
            {longer === 0
              ? (nameOf(hand.card) ?? t("card.anonymous"))
              : t("time.minutes", { count: at.minutes })}
          </span>
        )}
        <span className="tabular truncate font-semibold">{time}</span>
        {reason !== null && (
          <span className="absolute top-full left-0 z-20 mt-1 flex w-max max-w-56 items-start gap-1.5 rounded-md border border-danger bg-raised px-2 py-1 font-medium text-danger text-xs shadow-raised">
            <CircleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
            {reason}
          </span>
        )}
      </div>
    </div>
  );
}
