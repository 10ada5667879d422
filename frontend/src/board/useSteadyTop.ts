import { type RefObject, useLayoutEffect, useRef } from "react";
import { instantAt, offsetOf } from "./layout";
import type { Span } from "./spans";

/** Keep the instant at the top of the board where it is while a change of the day stretches or shrinks its hours. */
export function useSteadyTop(scroller: RefObject<HTMLElement | null>, span: Span, scale: number): void {
  const drawn = useRef({ span, scale });
  const before = drawn.current;
  const isChanged = before.scale !== scale || before.span.start !== span.start;
  // Read before the change is drawn: the browser scrolls a board that becomes lower.
  const top = isChanged ? (scroller.current?.scrollTop ?? 0) : 0;
  useLayoutEffect(() => {
    drawn.current = { span, scale };
    if (!isChanged || scroller.current === null) return;
    scroller.current.scrollTop = offsetOf(span, scale, instantAt(before.span, before.scale, top));
  });
}
