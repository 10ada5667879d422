/** Who belongs together: the pointer or the focus on one card of a party outlines the others. Only an attribute of these
    cards is changed, so nothing of the board is drawn again. */
import { type RefObject, useEffect } from "react";

export function usePartyOutline(surface: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const board = surface.current;
    if (board === null) return;
    const stop = new AbortController();
    const { signal } = stop;
    const outline = ({ type, target }: Event) => {
      const card = target instanceof Element ? target.closest<HTMLElement>("[data-party]") : null;
      const party = type === "pointerleave" || type === "focusout" ? undefined : card?.dataset.party;
      for (const other of board.querySelectorAll<HTMLElement>("[data-outlined]"))
        if (other.dataset.party !== party || other === card) delete other.dataset.outlined;
      if (party === undefined) return;
      for (const other of board.querySelectorAll<HTMLElement>(`[data-party="${CSS.escape(party)}"]`))
        if (other !== card) other.dataset.outlined = "";
    };
    for (const type of ["pointerover", "pointerleave", "focusin", "focusout"])
      board.addEventListener(type, outline, { signal });
    return () => stop.abort();
  }, [surface]);
}
