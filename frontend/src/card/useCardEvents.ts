/** What happens on the cards of a board: the pointer rests on one, the keyboard leads to one, a key is pressed on one, its
    menu is asked for. One place listens for all of them, so that the cards stay cheap. */
import { type RefObject, useEffect, useRef } from "react";

export interface CardEvents {
  /** Show a preview of a card, or none. */
  onLook: (card: HTMLElement | null) => void;
  onMenu: (card: HTMLElement, at: { x: number; y: number } | null) => void;
  /** Return whether the key meant something. */
  onKey: (card: HTMLElement, event: KeyboardEvent) => boolean;
}

/** Milliseconds. A pointer that only crosses the board shows nothing. */
const REST = 350;

export function useCardEvents(surface: RefObject<HTMLElement | null>, events: CardEvents): void {
  const latest = useRef(events);
  latest.current = events;
  useEffect(() => {
    const board = surface.current;
    if (board === null) return;
    const stop = new AbortController();
    const { signal } = stop;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const look = (card: HTMLElement | null) => {
      clearTimeout(rest);
      if (card === null) latest.current.onLook(null);
      else rest = setTimeout(() => latest.current.onLook(card), REST);
    };
    board.addEventListener(
      "pointerover",
      (event) => {
        if (event.pointerType !== "mouse" || event.buttons !== 0) return;
        look(cardAt(event.target));
      },
      { signal },
    );
    board.addEventListener("pointerleave", () => look(null), { signal });
    board.addEventListener("scroll", () => look(null), { signal, capture: true, passive: true });
    board.addEventListener(
      "focusin",
      ({ target }) => {
        const card = cardAt(target);
        if (card?.matches(":focus-visible")) look(card);
      },
      { signal },
    );
    board.addEventListener("focusout", () => look(null), { signal });
    board.addEventListener("pointerdown", () => look(null), { signal, capture: true });
    board.addEventListener(
      "contextmenu",
      (event) => {
        const card = cardAt(event.target);
        if (card === null) return;
        event.preventDefault();
        look(null);
        const isPointer = event.clientX !== 0 || event.clientY !== 0;
        latest.current.onMenu(card, isPointer ? { x: event.clientX, y: event.clientY } : null);
      },
      { signal },
    );
    board.addEventListener(
      "keydown",
      (event) => {
        const card = cardAt(event.target);
        if (card === null || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Escape") look(null);
        if (latest.current.onKey(card, event)) {
          event.preventDefault();
          look(null);
        }
      },
      { signal },
    );
    return () => {
      stop.abort();
      clearTimeout(rest);
    };
  }, [surface]);
}

function cardAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-card]") : null;
}
