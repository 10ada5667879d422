/** Which card has the focus of the keyboard. One Tab leads into the board, arrows lead on. */
import { type RefObject, useCallback, useRef, useState } from "react";
import { type Column, type Direction, neighbour } from "./layout";

export interface CardFocus {
  /** The card that Tab leads to. */
  key: string | null;
  focus: (key: string) => void;
  move: (key: string, direction: Direction) => void;
}

export function useCardFocus(columns: Column[], scroller: RefObject<HTMLElement | null>): CardFocus {
  const [wanted, setWanted] = useState<string | null>(null);
  const latest = useRef(columns);
  latest.current = columns;
  const cards = columns.flatMap((column) => column.cards);
  const key = cards.some((card) => card.key === wanted) ? wanted : (cards[0]?.key ?? null);

  const move = useCallback(
    (from: string, direction: Direction) => {
      const to = neighbour(latest.current, from, direction);
      if (to === null) return;
      setWanted(to);
      scroller.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(to)}"]`)?.focus();
    },
    [scroller],
  );
  return { key, focus: setWanted, move };
}
