import { describe, expect, it } from "vitest";
import type { PlacesRead } from "@/api/generated";
import { timeIn } from "../time";
import { carryTo } from "./hand";
import { areasOf, canForce, verdictOf, verdictOn } from "./places";
import { at, day, handOf, layout, when } from "./samples";

const places: PlacesRead = {
  day: day.day,
  open: [[at("09:00"), at("19:05")]],
  messages: { taken: "Đã bận." },
  places: [
    {
      ...{ resource_id: "lan", kind: "staff", name: "Lan" },
      fits: [
        [at("09:00"), at("10:05")],
        [at("10:30"), at("11:05")],
        [at("17:00"), at("17:05")],
      ],
      obstacles: [{ code: "taken", starts: [[at("11:05"), at("17:00")]] }],
    },
  ],
};

describe("the verdict on a place", () => {
  it.each([
    ["lan", "09:00", "fits"],
    ["lan", "10:00", "fits"],
    ["lan", "11:05", "taken"],
    ["lan", "22:00", "closed"],
    ["unknown", "10:00", "unfit"],
  ])("of %s at %s is %s", (column, time, verdict) =>
    expect(verdictOf(places, column, when(time))).toBe(verdict),
  );
  it("asks for the guest's start, not for that of a later treatment", () => {
    const hand = carryTo(handOf("massage"), day, "lan", when("11:30"), 5);
    expect(verdictOn(places, hand)).toBe("fits"); // the guest would begin at 10:30
  });
  it("is good for a card that only changes its length", () =>
    expect(verdictOn(places, { ...handOf("wash"), at: { ...handOf("wash").from, minutes: 300 } })).toBe(
      "fits",
    ));
});

it("lights the time that the card can cover, and joins what touches", () => {
  const areas = areasOf(places, "lan", handOf("wash"));
  expect(
    areas.map(({ start, end }) => [start, end].map((instant) => timeIn(day.time_zone, instant))),
  ).toEqual([
    ["09:00", "12:00"],
    ["17:00", "18:00"],
  ]);
  expect(areasOf(places, "unknown", handOf("wash"))).toEqual([]);
});

describe("what the desk can overrule", () => {
  const [lan] = layout.columns;
  const at = (time: string) => carryTo(handOf("wash"), day, "lan", when(time), 5);
  it("is hours and shifts", () => expect(canForce(places, lan, at("22:00"))).toBe(true));
  it("is never another guest", () => expect(canForce(places, lan, at("11:30"))).toBe(false));
  it("is never leave", () => {
    const leave = { kind: "leave" as const, start: when("21:00"), end: when("23:00") };
    expect(canForce(places, lan && { ...lan, shades: [leave] }, at("22:00"))).toBe(false);
  });
});
