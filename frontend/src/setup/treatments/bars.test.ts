import { describe, expect, it } from "vitest";
import type { Segment } from "@/api/generated";
import { guestMinutes, purposeOf, rowsOf, ticksOf, totalOf, withPreparation, withSegment } from "./bars";

const segment = (minutes: number, more: Partial<Segment> = {}): Segment => ({
  ...{ minutes, needs_staff: true, with_guest: true, bed_type_id: "bed", device_type_id: null },
  ...more,
});
const FACIAL = [
  segment(10, { with_guest: false, device_type_id: "steamer" }),
  segment(35),
  segment(15, { needs_staff: false, device_type_id: "led" }),
  segment(12),
  segment(15, { needs_staff: false, with_guest: false }),
];

describe("bars", () => {
  it("show in each row when it is needed", () => {
    expect(
      rowsOf(FACIAL).map(({ kind, typeId, minutes, bars }) => [
        kind,
        typeId,
        minutes,
        bars.map(({ start }) => start),
      ]),
    ).toEqual([
      ["guest", null, 62, [10, 45, 60]],
      ["staff", null, 57, [0, 10, 60]],
      ["bed", "bed", 87, [0, 10, 45, 60, 72]],
      ["device", "steamer", 10, [0]],
      ["device", "led", 15, [45]],
    ]);
  });
  it("tell preparation and cleaning from the time of the guest", () => {
    const bed = rowsOf(FACIAL).find(({ kind }) => kind === "bed");
    expect(bed?.bars.map((bar) => bar.isWithGuest)).toEqual([false, true, true, true, false]);
  });
  it("have a row for the therapist, also of a treatment without one", () => {
    expect(rowsOf([segment(30, { needs_staff: false })]).map(({ kind, minutes }) => [kind, minutes])).toEqual(
      [
        ["guest", 30],
        ["staff", 0],
        ["bed", 30],
      ],
    );
  });
});

it("a guest stays from the first segment with them to the last, in whole steps", () => {
  expect(totalOf(FACIAL)).toBe(87);
  expect(guestMinutes(FACIAL)).toBe(65);
  expect(guestMinutes([segment(60), segment(5, { with_guest: false }), segment(25)])).toBe(90);
  expect(guestMinutes([segment(60, { with_guest: false })])).toBe(0);
});

it("says what a segment is for", () => {
  expect(FACIAL.map((_, index) => purposeOf(FACIAL, index))).toEqual([
    "preparation",
    "treatment",
    "rest",
    "treatment",
    "cleaning",
  ]);
  expect(purposeOf([segment(60), segment(5, { with_guest: false }), segment(25)], 1)).toBe("pause");
});

it.each([
  [75, [0, 10, 20, 30, 40, 50, 60, 70]],
  [90, [0, 15, 30, 45, 60, 75, 90]],
  [120, [0, 15, 30, 45, 60, 75, 90, 105, 120]],
  [0, [0]],
])("an axis of %i minutes is marked at %j", (total, ticks) => expect(ticksOf(total)).toEqual(ticks));

describe("one segment more", () => {
  it("is the cleaning of the bed", () => {
    expect(withSegment([segment(60)]).at(-1)).toEqual(segment(10, { needs_staff: false, with_guest: false }));
  });
  it("is a treatment where the cleaning is there", () => {
    const after = withSegment([segment(60), segment(10, { needs_staff: false, with_guest: false })]);
    expect(after.at(-1)).toEqual(segment(30));
  });
});

it("a preparation stands before the guest comes", () => {
  const after = withPreparation([segment(60), segment(10, { needs_staff: false, with_guest: false })]);
  expect(after.map((_, index) => purposeOf(after, index))).toEqual(["preparation", "treatment", "cleaning"]);
  expect([after[0], guestMinutes(after)]).toEqual([segment(10, { with_guest: false }), 60]);
});
