/** Which card has the focus of the keyboard, and which one is open. One Tab leads into the board, arrows lead on. */
import { type RefObject, useCallback, useRef, useState } from "react";
import { type Card, type Column, type Direction, neighbour } from "./layout";

export interface OpenedCard {
  card: Card;
  anchor: HTMLElement;
}

export interface CardFocus {
  /** The card that Tab leads to. */
  key: string | null;
  opened: OpenedCard | null;
  focus: (key: string) => void;
  open: (card: Card, anchor: HTMLElement) => void;
  close: () => void;
  move: (key: string, direction: Direction) => void;
}

export function useCardFocus(columns: Column[], scroller: RefObject<HTMLElement | null>): CardFocus {
  const [wanted, setWanted] = useState<string | null>(null);
  const [openedKey, setOpened] = useState<{ key: string; anchor: HTMLElement } | null>(null);
  const latest = useRef(columns);
  latest.current = columns;
  const cards = columns.flatMap((column) => column.cards);
  const key = cards.some((card) => card.key === wanted) ? wanted : (cards[0]?.key ?? null);
  // The card is looked up again: what the stream changed is shown in the details, too.
  const card = openedKey === null ? undefined : cards.find((other) => other.key === openedKey.key);

  const open = useCallback((next: Card, anchor: HTMLElement) => setOpened({ key: next.key, anchor }), []);
  const close = useCallback(() => setOpened(null), []);
  const move = useCallback(
    (from: string, direction: Direction) => {
      const to = neighbour(latest.current, from, direction);
      if (to === null) return;
      setWanted(to);
      scroller.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(to)}"]`)?.focus();
    },
    [scroller],
  );
  return {
    key,
    opened: card === undefined || openedKey === null ? null : { card, anchor: openedKey.anchor },
    focus: setWanted,
    open,
    close,
    move,
  };
}
