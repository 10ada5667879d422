import { describe, expect, it } from "vitest";
import { carryTo, stretchTo } from "./hand";
import { expected, type Pending, requestOf, withAnswer, withPending } from "./movement";
import { at, day, guest, handOf, when } from "./samples";

const utc = (time: string) => new Date(at(time)).toISOString();
const [visit] = day.visits;
if (visit === undefined) throw new Error("a day without a visit");

describe("the request of a drop", () => {
  it("keeps the therapist of the column when the time changes, and lists all treatments", () =>
    expect(requestOf(carryTo(handOf("wash"), day, "lan", when("14:00"), 15))).toEqual({
      start: utc("14:00"),
      treatments: [{ id: "wash", assign_to: "lan" }, { id: "massage" }],
    }));
  it("gives another therapist without changing the time", () =>
    expect(requestOf(carryTo(handOf("massage"), day, "mai", when("11:00"), 15))).toEqual({
      treatments: [{ id: "wash" }, { id: "massage", assign_to: "mai" }],
    }));
  it("asks for a bed only when it is another one", () => {
    const hand = { ...handOf("wash"), view: "rooms" as const };
    expect(requestOf(carryTo(hand, day, "lan", when("14:00"), 15))).toEqual({ start: utc("14:00") });
    expect(requestOf(carryTo(hand, day, "sen2", when("10:00"), 15)).treatments).toEqual([
      { id: "wash", bed_id: "sen2" },
      { id: "massage" },
    ]);
  });
  it("says the guest's minutes when it was stretched", () =>
    expect(requestOf(stretchTo(handOf("wash"), day, when("11:30"), 15))).toEqual({
      treatments: [{ id: "wash", minutes: 90 }, { id: "massage" }],
    }));
});

describe("the day until the answer", () => {
  const pending = (hand: Parameters<typeof expected>[0]): Pending => ({
    ...{ id: "1", visit, guests: [], appointments: [expected(hand, "Mai")] },
  });

  it("has the guest at the new place, with all treatments, and no other guest", () => {
    const after = withPending(day, [pending(carryTo(handOf("massage"), day, "mai", when("13:00"), 15))]);
    const [moved] = after.visits[0]?.appointments ?? [];
    expect([moved?.start, moved?.end]).toEqual([utc("12:00"), utc("14:00")]);
    expect(
      moved?.treatments.map(({ allocations }) => allocations.map(({ resource_id }) => resource_id)),
    ).toEqual([
      ["lan", "bed"],
      ["mai", "bed"],
    ]);
  });
  it("lets what follows begin later when a treatment becomes longer", () => {
    const [moved] = [expected(stretchTo(handOf("wash"), day, when("11:30"), 15), "Lan")];
    expect(moved?.treatments.map(({ start, end }) => [Date.parse(start), Date.parse(end)])).toEqual([
      [when("10:00"), when("11:30")],
      [when("11:30"), when("12:30")],
    ]);
  });
  it("keeps what the stream has changed of the same guest (case 1)", () => {
    const arrived = { ...visit, appointments: [{ ...guest, status: "arrived" as const }] };
    const after = withPending({ ...day, visits: [arrived] }, [
      pending(carryTo(handOf("wash"), day, "mai", when("13:00"), 15)),
    ]);
    expect(after.visits.flatMap(({ appointments }) => appointments)).toMatchObject([
      { id: "guest", status: "arrived", start: utc("13:00") },
    ]);
  });
  it("loses a guest who goes to another day, and the other day gets them", () => {
    const tomorrow = { ...day, visits: [], start: day.end, end: "2027-02-08T00:00:00+07:00" };
    const hand = handOf("wash");
    const movement = pending({ ...hand, at: { ...hand.at, start: hand.at.start + 86_400_000 } });
    expect(withPending(day, [movement]).visits).toEqual([]);
    expect(withPending(tomorrow, [movement]).visits[0]?.appointments).toHaveLength(1);
  });
});

describe("the answer", () => {
  const after = { ...visit, note: "after" };
  it("replaces what was there", () => expect(withAnswer(day, visit, after).visits).toEqual([after]));
  it("does not replace what the stream has brought since", () => {
    const newer = { ...day, visits: [{ ...visit, note: "newer" }] };
    expect(withAnswer(newer, visit, after)).toBe(newer);
  });
});
