/** From the events of pointers to what a person does with a card. Pure, so that each case can be tested.

    A mouse lifts the card when it has moved a little, a finger when it has rested. A finger that moves earlier scrolls, and
    one that lifts a card and does not move asks for its menu. A second pointer is ignored while the first is down.
*/
export interface Grip {
  key: string;
  /** The lower edge, which changes the length. */
  isEdge: boolean;
}

export type Gesture =
  | { phase: "idle" }
  | {
      phase: "pressed" | "carrying";
      pointerId: number;
      isTouch: boolean;
      grip: Grip;
      x: number;
      y: number;
      /** It has moved since it was lifted. */
      hasMoved: boolean;
    };

export type Input =
  | { type: "down"; pointerId: number; isTouch: boolean; grip: Grip; x: number; y: number }
  | { type: "move"; pointerId: number; x: number; y: number }
  /** The finger has rested for `LONG_PRESS`. */
  | { type: "rested"; pointerId: number }
  | { type: "up"; pointerId: number }
  /** The browser has taken the pointer for scrolling, or Esc was pressed. */
  | { type: "cancel"; pointerId?: number };

export type Effect = "lift" | "carry" | "drop" | "menu" | "release" | null;

/** Milliseconds. */
export const LONG_PRESS = 300;
/** Pixels: a click that trembles is a click. */
export const MOUSE_SLACK = 4;
export const TOUCH_SLACK = 10;

export const IDLE: Gesture = { phase: "idle" };

export function next(gesture: Gesture, input: Input): [Gesture, Effect] {
  if (input.type === "down") {
    if (gesture.phase !== "idle") return [gesture, null];
    const { pointerId, isTouch, grip, x, y } = input;
    return [{ phase: "pressed", pointerId, isTouch, grip, x, y, hasMoved: false }, null];
  }
  if (gesture.phase === "idle") return [gesture, null];
  if (input.type === "cancel") {
    if (input.pointerId !== undefined && input.pointerId !== gesture.pointerId) return [gesture, null];
    return [IDLE, gesture.phase === "carrying" ? "release" : null];
  }
  if (input.pointerId !== gesture.pointerId) return [gesture, null];
  switch (input.type) {
    case "rested":
      return gesture.phase === "pressed" && gesture.isTouch
        ? [{ ...gesture, phase: "carrying" }, "lift"]
        : [gesture, null];
    case "move":
      return move(gesture, Math.hypot(input.x - gesture.x, input.y - gesture.y));
    case "up":
      if (gesture.phase === "pressed") return [IDLE, null];
      return [IDLE, gesture.hasMoved ? "drop" : "menu"];
  }
}

function move(gesture: Exclude<Gesture, { phase: "idle" }>, distance: number): [Gesture, Effect] {
  const isFar = distance > (gesture.isTouch ? TOUCH_SLACK : MOUSE_SLACK);
  if (gesture.phase === "carrying") {
    // A finger trembles while it rests: the card follows from the slack on.
    if (!gesture.hasMoved && !isFar) return [gesture, null];
    return [gesture.hasMoved ? gesture : { ...gesture, hasMoved: true }, "carry"];
  }
  if (!isFar) return [gesture, null];
  return gesture.isTouch ? [IDLE, null] : [{ ...gesture, phase: "carrying", hasMoved: true }, "lift"];
}
