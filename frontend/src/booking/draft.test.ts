import { describe, expect, it } from "vitest";
import type { CustomerRead } from "@/api/generated";
import {
  bookingOf,
  type Change,
  type Draft,
  hasContent,
  hasWishes,
  newDraft,
  newTreatment,
  type Place,
  placeOf,
  reduce,
  seriesOf,
  type TreatmentDraft,
  therapistOf,
} from "./draft";

const mai = { id: "mai", full_name: "Trần Mai" } as CustomerRead;
const changed = (draft: Draft, ...changes: Change[]) => changes.reduce(reduce, draft);
const choose: Change = { kind: "customer", guest: 0, customer: mai };
const add: Change = { kind: "addTreatment", guest: 0, variantId: "stone" };
const point = (place: Place): Change => ({ kind: "pointed", wanted: 5, isPast: false, place });
const START = "2026-12-05T07:00:00Z";

describe("a booking", () => {
  it("of a known customer is no more than that", () => {
    expect(bookingOf(changed(newDraft(), choose, add), "q1", START)).toEqual({
      branch_id: "q1",
      start: START,
      customer_id: "mai",
      guests: [{ customer_id: "mai", treatments: [{ variant_id: "stone" }] }],
    });
  });

  it("of a walk-in has no start, and a guest without a record has a name", () => {
    const draft = changed(newDraft(), { kind: "customer", guest: 0, customer: null, name: "Chị Lan" }, add);
    expect(bookingOf(draft, "q1", null)).toEqual({
      branch_id: "q1",
      walk_in: true,
      guests: [{ guest_name: "Chị Lan", treatments: [{ variant_id: "stone" }] }],
    });
  });

  it("holds, and allows another appointment at the same time, when that was chosen", () => {
    const body = bookingOf(changed(newDraft(), choose, add), "q1", START, {
      hold: true,
      allowSameTime: true,
    });
    expect(body).toMatchObject({ hold: true, allow_same_time: true });
  });

  it("is repeated with the same visit, and a guest who is here comes once", () => {
    const repeat: Change = { kind: "repeat", repeat: { everyWeeks: 2, count: 6 } };
    const draft = changed(newDraft(), choose, add, repeat);
    expect(seriesOf(draft, "q1", START, { allowSameTime: true })).toEqual({
      visit: bookingOf(draft, "q1", START, { allowSameTime: true }),
      repeat: { every_weeks: 2, count: 6 },
    });
    expect(seriesOf(changed(draft, { kind: "walkIn", isWalkIn: true }), "q1", START)).toBeNull();
    expect(seriesOf(changed(draft, { kind: "repeat", repeat: null }), "q1", START)).toBeNull();
  });

  it("asks for a therapist only if the guest does", () => {
    const wish = (isRequested: boolean): Change => ({
      kind: "treatment",
      guest: 0,
      index: 0,
      treatment: { therapistId: "nhung", isRequested },
    });
    const treatmentsOf = (draft: Draft) => bookingOf(draft, "q1", START).guests[0]?.treatments;
    expect(treatmentsOf(changed(newDraft(), add, wish(true)))).toEqual([
      { variant_id: "stone", therapist_id: "nhung" },
    ]);
    expect(treatmentsOf(changed(newDraft(), add, wish(false)))).toEqual([
      { variant_id: "stone", assign_to: "nhung" },
    ]);
  });

  it("puts the first treatment of the first guest where the desk pointed", () => {
    const place = { kind: "bed", id: "lan", name: "Giường Lan" } as const;
    const draft = changed(newDraft(), point(place), add, add, { kind: "addGuest" });
    expect(bookingOf(draft, "q1", START).guests.map(({ treatments }) => treatments)).toEqual([
      [{ variant_id: "stone", bed_id: "lan" }, { variant_id: "stone" }],
      [{ variant_id: "stone" }, { variant_id: "stone" }],
    ]);
    expect(hasWishes(draft)).toBe(true);
    expect(hasWishes(changed(draft, { kind: "anyPlace" }))).toBe(false);
  });

  it("of a therapist's column shows the therapist, until another is chosen or the guest asks", () => {
    const place = { kind: "staff", id: "nhung", name: "Hồng Nhung" } as const;
    const draft = changed(newDraft(), point(place), add, add);
    const first = draft.guests[0]?.treatments[0] ?? newTreatment("stone");
    expect(therapistOf(first, placeOf(draft, 0, 0))).toBe("nhung");
    expect(therapistOf(first, placeOf(draft, 0, 1))).toBeNull();
    const treatmentsAfter = (index: number, treatment: Partial<TreatmentDraft>) => {
      const next = reduce(draft, { kind: "treatment", guest: 0, index, treatment });
      return bookingOf(next, "q1", START).guests[0]?.treatments;
    };
    const stone = { variant_id: "stone" };
    const ofDesk = { ...stone, assign_to: "nhung" };
    expect(treatmentsAfter(0, { therapistId: null })).toEqual([stone, stone]);
    expect(treatmentsAfter(0, { therapistId: "lan" })).toEqual([{ ...stone, assign_to: "lan" }, stone]);
    expect(treatmentsAfter(0, { therapistId: "nhung", isRequested: true })).toEqual([
      { ...stone, therapist_id: "nhung" },
      stone,
    ]);
    // Neither an add-on nor another treatment says who.
    expect(treatmentsAfter(0, { addOnIds: ["oil"] })).toEqual([{ ...ofDesk, add_on_ids: ["oil"] }, stone]);
    expect(treatmentsAfter(1, { therapistId: "lan" })).toEqual([ofDesk, { ...stone, assign_to: "lan" }]);
  });

  it("is in one room only for a party", () => {
    const sameRoom: Change = { kind: "sameRoom", sameRoom: true };
    expect(bookingOf(changed(newDraft(), add, sameRoom), "q1", START)).not.toHaveProperty("same_room");
    expect(bookingOf(changed(newDraft(), add, sameRoom, { kind: "addGuest" }), "q1", START)).toHaveProperty(
      "same_room",
      true,
    );
  });
});

describe("a party", () => {
  it("has six guests at most, who have the same until something else is chosen", () => {
    const draft = changed(newDraft(), add, ...Array<Change>(8).fill({ kind: "addGuest" }));
    expect(draft.guests).toHaveLength(6);
    expect(draft.guests[5]?.treatments.map(({ variantId }) => variantId)).toEqual(["stone"]);
  });

  it("does not share a therapist", () => {
    const wish: Change = {
      kind: "treatment",
      guest: 0,
      index: 0,
      treatment: { therapistId: "nhung", isRequested: true },
    };
    const draft = changed(newDraft(), add, wish, { kind: "addGuest" });
    expect(draft.guests[1]?.treatments[0]?.therapistId).toBeNull();
  });

  it("loses the guest who was removed", () => {
    const draft = changed(newDraft(), choose, { kind: "addGuest" }, { kind: "removeGuest", guest: 1 });
    expect(draft.guests.map(({ customer }) => customer?.id)).toEqual(["mai"]);
  });
});

describe("the usual treatment", () => {
  const usual: Change & { kind: "usual" } = {
    kind: "usual",
    guest: 0,
    customerId: "mai",
    treatments: changed(newDraft(), add).guests[0]?.treatments ?? [],
  };
  const variantsOf = (draft: Draft) => draft.guests[0]?.treatments.map(({ variantId }) => variantId);

  it("is filled in", () => expect(variantsOf(changed(newDraft(), choose, usual))).toEqual(["stone"]));
  it("does not replace what was chosen before the answer came", () => {
    const foot: Change = { kind: "addTreatment", guest: 0, variantId: "foot" };
    expect(variantsOf(changed(newDraft(), choose, foot, usual))).toEqual(["foot"]);
  });
  it("is not given to another customer", () => {
    const other: Change = { kind: "customer", guest: 0, customer: { ...mai, id: "lan" } };
    expect(variantsOf(changed(newDraft(), choose, other, usual))).toEqual([]);
    expect(variantsOf(changed(newDraft(), choose, usual, other))).toEqual([]);
  });
  it("gives way to what is chosen, once", () => {
    const foot: Change = { kind: "addTreatment", guest: 0, variantId: "foot" };
    expect(variantsOf(changed(newDraft(), choose, usual, foot))).toEqual(["foot"]);
    expect(variantsOf(changed(newDraft(), choose, usual, foot, add))).toEqual(["foot", "stone"]);
  });
  it.each<Change>([
    { kind: "treatment", guest: 0, index: 0, treatment: { addOnIds: ["oil"] } },
    { kind: "treatment", guest: 0, index: 0, treatment: { therapistId: "nhung", isRequested: true } },
    { kind: "anyPlace" },
  ])("stays when it was touched: $kind", (touch) => {
    const foot: Change = { kind: "addTreatment", guest: 0, variantId: "foot" };
    const draft = changed(newDraft(), choose, usual);
    expect(draft.guests[0]?.isUsual).toBe(true);
    expect(variantsOf(changed(draft, touch, foot))).toEqual(["stone", "foot"]);
  });
  it("keeps the rest when one of it was removed", () => {
    const two = changed(newDraft(), add, { kind: "addTreatment", guest: 0, variantId: "face" });
    const both: Change = { ...usual, treatments: two.guests[0]?.treatments ?? [] };
    const foot: Change = { kind: "addTreatment", guest: 0, variantId: "foot" };
    const draft = changed(newDraft(), choose, both, { kind: "removeTreatment", guest: 0, index: 0 }, foot);
    expect(variantsOf(draft)).toEqual(["face", "foot"]);
  });
});

it("goes to the place that is pointed at, with all that was entered", () => {
  const place = { kind: "staff", id: "nhung", name: "Hồng Nhung" } as const;
  const draft = changed(newDraft({ isWalkIn: true }), choose, add);
  const moved = reduce(draft, point(place));
  expect(moved).toEqual({ ...draft, wanted: 5, place, isWalkIn: false });
});

describe("a walk-in of the past", () => {
  const wanted = Date.parse(START);
  const past = reduce(changed(newDraft(), choose, add), {
    kind: "pointed",
    wanted,
    isPast: true,
    place: { kind: "staff", id: "nhung", name: "Hồng Nhung" },
  });

  it("came at the place that was pressed", () =>
    expect(bookingOf(past, "q1", null)).toMatchObject({
      walk_in: true,
      start: new Date(wanted).toISOString(),
      guests: [{ treatments: [{ variant_id: "stone", assign_to: "nhung" }] }],
    }));

  it("begins now, or is booked, when that is chosen after all", () => {
    const now = reduce(past, { kind: "walkIn", isWalkIn: true });
    expect(bookingOf(now, "q1", null)).not.toHaveProperty("start");
    const later = reduce(past, { kind: "pointed", wanted: wanted + 1, isPast: false, place: null });
    expect(later).toMatchObject({ isWalkIn: false, cameAt: null, wanted: wanted + 1 });
  });
});

it("has content once anything was entered", () => {
  const changes: Change[] = [
    choose,
    add,
    { kind: "addGuest" },
    { kind: "note", note: "x" },
    { kind: "customer", guest: 0, customer: null, name: "Lan" },
  ];
  expect(hasContent(newDraft())).toBe(false);
  for (const change of changes)
    expect([change, hasContent(changed(newDraft(), change))]).toEqual([change, true]);
});
