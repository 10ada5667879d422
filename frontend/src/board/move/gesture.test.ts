import { describe, expect, it } from "vitest";
import { type Effect, type Gesture, IDLE, type Input, next } from "./gesture";

const down = (key: string, isTouch = false, pointerId = 1): Input => ({
  ...{ type: "down", pointerId, isTouch, x: 100, y: 100 },
  grip: { key, isEdge: false },
});
const move = (y: number, pointerId = 1): Input => ({ type: "move", pointerId, x: 100, y });
const rested = (pointerId = 1): Input => ({ type: "rested", pointerId });
const up = (pointerId = 1): Input => ({ type: "up", pointerId });
const cancel = (pointerId = 1): Input => ({ type: "cancel", pointerId });

/** Return the effects of inputs, and the cards that were lifted. */
function run(...inputs: Input[]): { effects: Effect[]; lifted: string[] } {
  let gesture: Gesture = IDLE;
  const effects: Effect[] = [];
  const lifted: string[] = [];
  for (const input of inputs) {
    const [after, effect] = next(gesture, input);
    if (effect === "lift" && after.phase !== "idle") lifted.push(after.grip.key);
    if (effect !== null) effects.push(effect);
    gesture = after;
  }
  return { effects, lifted };
}

describe("a mouse", () => {
  it("lifts a card from a small distance on", () =>
    expect(run(down("a"), move(103), move(106), move(140), up()).effects).toEqual(["lift", "carry", "drop"]));
  it("clicks when it trembles", () => expect(run(down("a"), move(102), up()).effects).toEqual([]));
});

describe("a finger", () => {
  it("lifts a card when it has rested, and drops it", () =>
    expect(run(down("a", true), rested(), move(120), move(150), up()).effects).toEqual([
      "lift",
      "carry",
      "carry",
      "drop",
    ]));
  it("moves nothing with a long press, but opens the card (case 2)", () =>
    expect(run(down("a", true), rested(), move(104), up()).effects).toEqual(["lift", "menu"]));
  it("scrolls when it moves at once, and never lifts (case 4)", () =>
    expect(run(down("a", true), move(115), rested(), move(300), up()).effects).toEqual([]));
  it("scrolls when the browser takes the pointer", () =>
    expect(run(down("a", true), cancel(), rested(), up()).effects).toEqual([]));
  it("gives the card back when the browser takes the pointer later", () =>
    expect(run(down("a", true), rested(), move(150), cancel()).effects).toEqual([
      "lift",
      "carry",
      "release",
    ]));
});

describe("two cards", () => {
  it("are lifted one after the other: touch A, then drag B, moves B alone (case 3)", () => {
    const { effects, lifted } = run(
      ...[down("a", true, 1), up(1), rested(1)],
      ...[down("b", true, 2), rested(2), move(150, 2), up(2)],
    );
    expect([lifted, effects]).toEqual([["b"], ["lift", "carry", "drop"]]);
  });
  it("are not lifted at once: a second finger changes nothing", () => {
    const { effects, lifted } = run(
      ...[down("a", true, 1), rested(1), down("b", true, 2), rested(2), move(300, 2), up(2)],
      ...[move(150, 1), up(1)],
    );
    expect([lifted, effects]).toEqual([["a"], ["lift", "carry", "drop"]]);
  });
});

it("ends with Esc, and the pointer that comes up later drops nothing", () =>
  expect(run(down("a"), move(150), { type: "cancel" }, move(200), up()).effects).toEqual([
    "lift",
    "release",
  ]));
