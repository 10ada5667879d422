import { describe, expect, it } from "vitest";
import { timeIn } from "../time";
import {
  appointmentStart,
  carryTo,
  grasp,
  hasChanged,
  isMovable,
  isResizable,
  nudge,
  stretch,
  stretchTo,
} from "./hand";
import { day, handOf, layout, when } from "./samples";

const { columns } = layout;
const time = (instant: number) => timeIn(day.time_zone, instant);

describe("a card that is carried", () => {
  it("snaps to the grid of the branch, and to five minutes with Alt", () => {
    const hand = handOf("wash");
    expect(time(carryTo(hand, day, "lan", when("10:20"), 15).at.start)).toBe("10:15");
    expect(time(carryTo(hand, day, "lan", when("10:22"), 5).at.start)).toBe("10:20");
  });
  it("stays within the day", () => {
    expect(time(carryTo(handOf("wash"), day, "lan", when("23:50"), 15).at.start)).toBe("23:00");
    expect(time(carryTo(handOf("wash"), day, "lan", when("00:00") - 9e6, 15).at.start)).toBe("00:00");
  });
  it("is the same object while it stays at its place, so that nothing is drawn", () => {
    const hand = handOf("wash");
    expect(carryTo(hand, day, "lan", when("10:05"), 15)).toBe(hand);
    expect(hasChanged(hand)).toBe(false);
  });
  it("takes the guest's first treatment along when it is a later one", () =>
    expect(time(appointmentStart(carryTo(handOf("massage"), day, "mai", when("14:00"), 15)))).toBe("13:00"));
  it("comes from the tray at the same time of the other day", () => {
    const { card } = handOf("wash");
    const hand = grasp(card, "lan", "staff", 2 * 86_400_000);
    expect([hand.at.start - hand.from.start, hasChanged(hand)]).toEqual([2 * 86_400_000, true]);
  });
});

describe("a card that is moved by keys", () => {
  it("goes a step, also from between two steps", () => {
    expect(time(nudge(handOf("wash"), day, columns, "down", 15).at.start)).toBe("10:15");
    const between = carryTo(handOf("wash"), day, "lan", when("10:05"), 5);
    expect(time(nudge(between, day, columns, "up", 15).at.start)).toBe("10:00");
    expect(time(nudge(between, day, columns, "down", 15).at.start)).toBe("10:15");
  });
  it("goes to the next column, and stays at the last one", () => {
    const hand = nudge(handOf("wash"), day, columns, "right", 15);
    expect(hand.at.columnId).toBe("mai");
    expect(nudge(hand, day, columns, "right", 15)).toBe(hand);
  });
});

describe("a card that is stretched", () => {
  it("ends at a step", () => expect(stretchTo(handOf("wash"), day, when("11:20"), 15).at.minutes).toBe(75));
  it("lasts five minutes at least", () =>
    expect(stretchTo(handOf("wash"), day, when("08:00"), 15).at.minutes).toBe(5));
  it("goes a step longer or shorter", () => {
    expect(stretch(handOf("wash"), day, "down", 15).at.minutes).toBe(75);
    expect(stretch(handOf("wash"), day, "up", 5).at.minutes).toBe(55);
  });
});

it("moves who has not begun, and stretches who has not finished", () => {
  expect((["confirmed", "in_service", "completed"] as const).map(isMovable)).toEqual([true, false, false]);
  expect((["confirmed", "in_service", "completed"] as const).map(isResizable)).toEqual([true, true, false]);
});
