/** Drag cards with a mouse, a pen or a finger. What a movement means is decided by `gesture.ts`; here are the browser's
    events, the pixels, and the edges at which the board scrolls by itself. */
import { type RefObject, useEffect, useRef } from "react";
import type { DayLayout } from "../layout";
import { MINUTE } from "../time";
import { type Effect, type Gesture, IDLE, type Input, LONG_PRESS, next } from "./gesture";
import { carryTo, FINE_STEP, stretchTo } from "./hand";
import type { Moving } from "./useMoving";

/** Pixels of the lower edge that change the length, for a mouse and for a finger. */
const EDGE = { mouse: 7, touch: 14 };
/** A lower card has no edge of its own: it could not be moved any more. */
const LOWEST_WITH_EDGE = { mouse: 28, touch: 56 };
/** Within so many pixels of an edge the board scrolls, by up to so many a frame. */
const SCROLL_ZONE = 48;
const SCROLL_STEP = 14;
/** The key of the card in the tray. */
export const TRAY_CARD = "tray";

interface Shape {
  columns: { id: string; left: number; right: number; top: number }[];
  grid: HTMLElement;
  scroller: HTMLElement;
}

/** Everything happens within `stage`; `floating` is the card under the pointer. */
export function usePointer(
  stage: RefObject<HTMLElement | null>,
  floating: RefObject<HTMLElement | null>,
  moving: Moving,
  layout: DayLayout | undefined,
): void {
  const latest = useRef({ moving, layout });
  latest.current = { moving, layout };

  useEffect(() => {
    const root = stage.current;
    if (root === null) return;
    const { store } = latest.current.moving;
    let gesture: Gesture = IDLE;
    let rest: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;
    let pointer = { x: 0, y: 0, isFine: false };
    let shape: Shape | null = null;
    /** The point of the card that the pointer holds: pixels of the card, and milliseconds of the treatment. */
    let grab = { x: 0, y: 0, fromStart: 0, fromEnd: 0 };
    let home: DOMRect | null = null;
    let swallowsClick = false;

    const measure = (): Shape | null => {
      const scroller = root.querySelector<HTMLElement>("[data-board]");
      const elements = [...(scroller?.querySelectorAll<HTMLElement>("[data-column]") ?? [])];
      const grid = elements[0]?.offsetParent;
      if (scroller === null || !(grid instanceof HTMLElement)) return null;
      const columns = elements
        .map((element) => ({
          id: element.dataset.column ?? "",
          left: element.offsetLeft,
          right: element.offsetLeft + element.offsetWidth,
          top: element.offsetTop,
        }))
        .filter(({ id }) => id !== "unassigned");
      return { columns, grid, scroller };
    };

    /** Return the column and the instant under a point, or null outside of the columns. */
    const locate = ({ columns, grid }: Shape, x: number, y: number) => {
      const { layout } = latest.current;
      const rect = grid.getBoundingClientRect();
      const column = columns.find(({ left, right }) => x - rect.left >= left && x - rect.left < right);
      if (layout === undefined) return null;
      const top = columns[0]?.top ?? 0;
      const instant = layout.span.start + ((y - rect.top - top) / layout.scale) * MINUTE;
      return { columnId: column?.id, instant };
    };

    const follow = () => {
      if (floating.current !== null) {
        floating.current.style.transform = `translate(${pointer.x - grab.x}px, ${pointer.y - grab.y}px)`;
      }
      const { hand } = store.get();
      const place = shape && locate(shape, pointer.x, pointer.y);
      if (hand === null || place === null || gesture.phase !== "carrying") return;
      const { isEdge } = gesture.grip;
      const step = pointer.isFine ? FINE_STEP : latest.current.moving.step;
      latest.current.moving.change((now, board) =>
        isEdge
          ? stretchTo(now, board, place.instant - grab.fromEnd, step)
          : carryTo(now, board, place.columnId ?? now.at.columnId, place.instant - grab.fromStart, step),
      );
    };

    /** Scroll while the pointer is at an edge, and let the card follow. */
    const scroll = () => {
      if (shape === null || gesture.phase !== "carrying") return;
      const rect = shape.scroller.getBoundingClientRect();
      const top = shape.columns[0]?.top ?? 0;
      const left = shape.columns[0]?.left ?? 0;
      const dx = pull(pointer.x, rect.left + left, rect.right);
      const dy = pull(pointer.y, rect.top + top, rect.bottom);
      if ((dx !== 0 || dy !== 0) && gesture.hasMoved) {
        const { scrollLeft, scrollTop } = shape.scroller;
        shape.scroller.scrollBy(dx, dy);
        if (shape.scroller.scrollLeft !== scrollLeft || shape.scroller.scrollTop !== scrollTop) follow();
      }
      frame = requestAnimationFrame(scroll);
    };

    const lift = () => {
      if (gesture.phase === "idle") return;
      const { key, isEdge } = gesture.grip;
      const { moving } = latest.current;
      const element = root.querySelector<HTMLElement>(
        `[data-card="${CSS.escape(key)}"], [data-tray-card="${key}"]`,
      );
      shape = measure();
      home = element?.getBoundingClientRect() ?? null;
      const place = shape && locate(shape, gesture.x, gesture.y);
      const isLifted =
        key === TRAY_CARD ? moving.liftFromTray("pointer") : moving.lift(key, "pointer", isEdge);
      const { hand } = store.get();
      if (!isLifted || hand === null || place === null || home === null) {
        const { isTouch } = gesture;
        moving.release();
        gesture = IDLE;
        swallowsClick = isTouch;
        if (isTouch) openMenu(key); // a finger on a card that cannot be moved
        return;
      }
      const { start, minutes } = hand.from;
      const fromTop = key === TRAY_CARD ? 0 : place.instant - start;
      grab = {
        x: key === TRAY_CARD ? 20 : gesture.x - home.left,
        y: key === TRAY_CARD ? 12 : gesture.y - home.top,
        fromStart: fromTop,
        fromEnd: place.instant - (start + minutes * MINUTE),
      };
      if (gesture.isTouch) navigator.vibrate?.(15);
      frame = requestAnimationFrame(() => {
        follow();
        scroll();
      });
    };

    /** Ask for the menu of a card, as the right button does. */
    const openMenu = (key: string) => {
      const at = { bubbles: true, cancelable: true, clientX: pointer.x, clientY: pointer.y };
      root
        .querySelector(`[data-card="${CSS.escape(key)}"]`)
        ?.dispatchEvent(new MouseEvent("contextmenu", at));
    };

    const springHome = () => {
      const card = floating.current;
      if (card === null || home === null) return;
      const copy = card.cloneNode(true) as HTMLElement;
      copy.removeAttribute("data-floating");
      root.append(copy);
      const frames = [
        { transform: card.style.transform },
        { transform: `translate(${home.left}px, ${home.top}px)` },
      ];
      copy.animate(frames, { duration: 160, easing: "ease-out" }).finished.finally(() => copy.remove());
    };

    const perform = (effect: Effect, key: string) => {
      const { moving } = latest.current;
      switch (effect) {
        case "lift":
          lift();
          break;
        case "carry":
          follow();
          break;
        case "drop":
          swallow();
          if (dayUnder(pointer) !== null) moving.toDay(dayUnder(pointer) ?? "");
          else if (isOverTray(root, pointer)) moving.toTray();
          else moving.drop();
          break;
        case "menu":
          swallow();
          moving.release();
          openMenu(key);
          break;
        case "release":
          swallowsClick = true; // until the next press: the pointer is still down
          springHome();
          moving.release();
          break;
      }
      if (gesture.phase === "idle") {
        clearTimeout(rest);
        cancelAnimationFrame(frame);
      }
    };
    const dispatch = (input: Input) => {
      const key = gesture.phase === "idle" ? "" : gesture.grip.key;
      const [after, effect] = next(gesture, input);
      gesture = after;
      perform(effect, key);
    };
    /** The click that the browser makes of a drag is none. */
    const swallow = () => {
      swallowsClick = true;
      setTimeout(() => {
        swallowsClick = false;
      }, 50);
    };

    const onDown = (event: PointerEvent) => {
      swallowsClick = false;
      const target = event.target instanceof Element ? event.target : null;
      if (event.button !== 0 || target === null) return;
      if (store.get().hand !== null && gesture.phase === "idle") {
        // A card is held by keys or buttons: a tap says where to.
        shape = target.closest("[data-board]") === null ? null : measure();
        const place = shape && locate(shape, event.clientX, event.clientY);
        if (place?.columnId === undefined || place.columnId === null) return;
        const { columnId, instant } = place;
        latest.current.moving.change((hand, board) =>
          carryTo(hand, board, columnId, instant, latest.current.moving.step),
        );
        swallow();
        return;
      }
      const element = target.closest<HTMLElement>("[data-card], [data-tray-card]");
      const key = element?.dataset.card ?? element?.dataset.trayCard;
      if (element === null || key === undefined) return;
      const isTouch = event.pointerType === "touch";
      const { bottom, height } = element.getBoundingClientRect();
      const kind = isTouch ? "touch" : "mouse";
      const isEdge = height >= LOWEST_WITH_EDGE[kind] && event.clientY > bottom - EDGE[kind];
      const { pointerId, clientX: x, clientY: y } = event;
      pointer = { x, y, isFine: event.altKey };
      const grip = { key, isEdge: isEdge && key !== TRAY_CARD };
      dispatch({ type: "down", pointerId, isTouch, grip, x, y });
      if (isTouch) {
        clearTimeout(rest);
        rest = setTimeout(() => dispatch({ type: "rested", pointerId }), LONG_PRESS);
        // The stream may replace the card in the hand; its touches still go to the element that it had.
        target.addEventListener("touchmove", onTouchMove as EventListener, { passive: false });
      }
    };
    const onMove = (event: PointerEvent) => {
      if (gesture.phase === "idle" || gesture.pointerId !== event.pointerId) return;
      pointer = { x: event.clientX, y: event.clientY, isFine: event.altKey };
      dispatch({ type: "move", pointerId: event.pointerId, x: event.clientX, y: event.clientY });
    };
    const onUp = (event: PointerEvent) => dispatch({ type: "up", pointerId: event.pointerId });
    const onCancel = (event: PointerEvent) => dispatch({ type: "cancel", pointerId: event.pointerId });
    const onClick = (event: MouseEvent) => {
      if (!swallowsClick || !event.isTrusted) return;
      swallowsClick = false;
      event.preventDefault();
      event.stopPropagation();
    };
    // A finger that carries a card does not scroll, and its long press opens no menu before it is lifted.
    const onTouchMove = (event: TouchEvent) => gesture.phase === "carrying" && event.preventDefault();
    const onContextMenu = (event: Event) => {
      if (gesture.phase === "idle") return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Esc, or another day: nothing is in the hand any more.
    const unsubscribe = store.subscribe(() => {
      if (store.get().hand === null && gesture.phase === "carrying") dispatch({ type: "cancel" });
    });

    root.addEventListener("pointerdown", onDown);
    root.addEventListener("touchmove", onTouchMove, { passive: false });
    root.addEventListener("contextmenu", onContextMenu, { capture: true });
    root.addEventListener("dragstart", onContextMenu);
    root.addEventListener("click", onClick, { capture: true });
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", onUp);
    addEventListener("pointercancel", onCancel);
    return () => {
      unsubscribe();
      clearTimeout(rest);
      cancelAnimationFrame(frame);
      root.removeEventListener("pointerdown", onDown);
      root.removeEventListener("touchmove", onTouchMove);
      root.removeEventListener("contextmenu", onContextMenu, { capture: true });
      root.removeEventListener("dragstart", onContextMenu);
      root.removeEventListener("click", onClick, { capture: true });
      removeEventListener("pointermove", onMove);
      removeEventListener("pointerup", onUp);
      removeEventListener("pointercancel", onCancel);
    };
  }, [stage, floating]);
}

/** Return how far to scroll in a frame for a pointer at an edge: the nearer, the faster. */
function pull(at: number, first: number, last: number): number {
  const before = first + SCROLL_ZONE - at;
  const after = at - (last - SCROLL_ZONE);
  if (before > 0) return -Math.min(SCROLL_STEP, Math.ceil(before / 3));
  return after > 0 ? Math.min(SCROLL_STEP, Math.ceil(after / 3)) : 0;
}

/** Return the day of the date strip under a point. */
function dayUnder({ x, y }: { x: number; y: number }): string | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-day]")?.dataset.day ?? null;
}

function isOverTray(root: HTMLElement, { x, y }: { x: number; y: number }): boolean {
  const rect = root.querySelector("[data-tray]")?.getBoundingClientRect();
  return rect !== undefined && x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom;
}
