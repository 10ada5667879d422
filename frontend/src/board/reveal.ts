/** Scroll the board so far that an element is seen; at once for those who want no movement on the screen. The element says
    by `scroll-m-*` how far from the edges it is to stay. */
export function reveal(element: Element | null | undefined): void {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: isStill ? "auto" : "smooth" });
}

/** The distance from the head, the hours and what floats over the foot of the board. */
export const REVEALED = "scroll-mt-16 scroll-mr-4 scroll-mb-24 scroll-ml-16";
