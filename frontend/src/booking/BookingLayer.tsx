/** What a column of the board shows of a booking: where an empty place would be booked, and the time that is chosen. */
import { Plus } from "lucide-react";
import { type PointerEvent, type RefObject, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Column, offsetOf } from "@/board/layout";
import { REVEALED, revealOneOf } from "@/board/reveal";
import type { Span } from "@/board/spans";
import { MINUTE, spanIn, timeIn } from "@/board/time";
import { isPast, PLACE_STEP } from "./starts";
import { openBooking, useAllGhosts, useGhosts } from "./store";

interface Props {
  column: Column;
  span: Span;
  scale: number;
  zone: string;
}

export function BookingLayer({ column, span, scale, zone }: Props) {
  const { t } = useTranslation();
  const ghosts = useGhosts(column.id);
  const [hovered, setHovered] = useState<number | null>(null);
  const instantAt = (event: { clientY: number; currentTarget: Element }) => {
    const offset = event.clientY - event.currentTarget.getBoundingClientRect().top;
    return span.start + Math.floor(((offset / scale) * MINUTE) / PLACE_STEP) * PLACE_STEP;
  };
  const onMove = (event: PointerEvent) => {
    if (event.pointerType === "mouse" && event.buttons === 0) setHovered(instantAt(event));
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the key N and the button do the same without a mouse */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        className="absolute inset-0"
        data-empty-place
        onPointerMove={onMove}
        onPointerLeave={() => setHovered(null)}
        onClick={(event) => {
          const { id, kind, name } = column;
          const wanted = instantAt(event);
          const place = kind === "staff" || kind === "bed" ? { kind, id, name } : null;
          openBooking({ pointed: { wanted, isPast: isPast(wanted, Date.now()), place } });
        }}
      >
        {hovered !== null && (
          <div
            aria-hidden
            className="tabular pointer-events-none absolute inset-x-0.5 flex items-start gap-1 rounded-sm border border-accent border-dashed bg-accent-soft px-1.5 text-accent text-xs"
            style={{ top: offsetOf(span, scale, hovered), height: (PLACE_STEP / MINUTE) * scale }}
          >
            <Plus size={13} className="mt-0.5" />
            {timeIn(zone, hovered)}
          </div>
        )}
      </div>
      {ghosts.map((ghost) => (
        <div
          key={ghost.start}
          className={`pointer-events-none absolute inset-x-0.5 z-10 rounded-sm border-2 border-accent border-dashed bg-accent-soft/70 px-1.5 py-0.5 font-semibold text-accent text-xs ${REVEALED}`}
          style={{
            top: offsetOf(span, scale, ghost.start),
            height: ((ghost.end - ghost.start) / MINUTE) * scale,
          }}
          data-ghost
        >
          <span className="sr-only">{t("booking.lit")} </span>
          <span className="tabular">{spanIn(zone, ghost.start, ghost.end)}</span>
        </div>
      ))}
    </>
  );
}

/** Scrolls the board to the lit places when none of them is seen. */
export function LitInView({ board }: { board: RefObject<HTMLElement | null> }) {
  const ghosts = useAllGhosts();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it looks when other places are lit
  useEffect(() => revealOneOf(board.current?.querySelectorAll("[data-column] [data-ghost]") ?? []), [ghosts]);
  return null;
}
