/** Scrolling the board to what has to be seen: at once for those who want no movement on the screen. */

/** The distance of what is revealed from the head, the hours and what floats over the foot of the board. */
export const REVEALED = "scroll-mt-22 scroll-mr-4 scroll-mb-24 scroll-ml-16";

/** Scroll so far that an element is seen: a card, or what has the classes `REVEALED`. */
export function reveal(element: Element | null | undefined): void {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: isStill ? "auto" : "smooth" });
}

/** Scroll to the nearest of some elements, unless one of them is seen already. */
export function revealOneOf(elements: Iterable<Element>): void {
  const found = [...elements].map((element) => ({ element, distance: distanceOf(element) }));
  const nearest = found.sort((a, b) => a.distance - b.distance)[0];
  if (nearest !== undefined && nearest.distance > 0) reveal(nearest.element);
}

/** Return how many pixels lie between an element and what is seen of the board; 0: a line of it is seen. */
function distanceOf(element: Element): number {
  const board = element.closest("[data-board]");
  if (board === null) return 0;
  const [seen, box] = [board.getBoundingClientRect(), element.getBoundingClientRect()];
  const head = board.querySelector("[data-head]")?.getBoundingClientRect().bottom ?? seen.top;
  const line = Math.min(20, box.height);
  const across = Math.max(seen.left + line - box.right, box.left + line - seen.right, 0);
  const along = Math.max(head + line - box.bottom, box.top + line - seen.bottom, 0);
  return across + along;
}
