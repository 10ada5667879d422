import { describe, expect, it } from "vitest";
import type { AppointmentRead, TreatmentRead } from "@/api/generated";
import { changesOf, draftOf, minutesWith, withAddOn } from "./edit";

function treatment(id: string, more: Partial<TreatmentRead> = {}): TreatmentRead {
  return {
    id,
    variant_id: "massage-60",
    service_id: "massage",
    name: { vi: "Massage", en: "Massage" },
    variant_name: null,
    price: 450_000,
    add_ons: [],
    therapist_id: null,
    gender: null,
    bed_id: null,
    start: "2027-02-06T03:00:00Z",
    end: "2027-02-06T04:00:00Z",
    allocations: [
      {
        resource_id: "lan",
        kind: "staff",
        name: "Lan",
        start: "2027-02-06T03:00:00Z",
        end: "2027-02-06T04:00:00Z",
      },
    ],
    ...more,
  };
}

function guest(...treatments: TreatmentRead[]): AppointmentRead {
  return {
    id: "mai",
    customer_id: null,
    guest_name: "Mai",
    status: "confirmed",
    hold_expires_at: null,
    start: "2027-02-06T03:00:00Z",
    end: "2027-02-06T04:00:00Z",
    reason: "",
    treatments,
    price: 450_000,
  };
}

const [agreed] = draftOf(guest(treatment("a"))) as [ReturnType<typeof draftOf>[number]];

describe("the changes of treatments", () => {
  it("are none when nothing was changed", () => expect(changesOf([agreed], [{ ...agreed }])).toBeNull());

  it.each([
    [{ minutes: 90 }, { minutes: 90 }],
    [{ therapistId: "hoa" }, { therapist_id: "hoa" }],
    [{ assignTo: "hoa" }, { assign_to: "hoa" }],
    [{ gender: "female" as const }, { gender: "female" }],
    [{ bedId: "bed" }, { bed_id: "bed" }],
    [{ addOnIds: ["stones"] }, { add_on_ids: ["stones"] }],
  ])("send only what is different: %j", (change, sent) =>
    expect(changesOf([agreed], [{ ...agreed, ...change }])).toEqual([{ id: "a", ...sent }]),
  );

  it("take a wish back with null", () => {
    const asked = { ...agreed, therapistId: "lan", gender: "female" as const, bedId: "bed" };
    expect(changesOf([asked], [{ ...asked, therapistId: null, gender: null, bedId: null }])).toEqual([
      { id: "a", therapist_id: null, gender: null, bed_id: null },
    ]);
  });

  it("make another variant a new treatment in the same place, with the wishes", () => {
    const asked = { ...agreed, therapistId: "lan" };
    expect(changesOf([asked], [{ ...asked, variantId: "massage-90" }])).toEqual([
      { variant_id: "massage-90", add_on_ids: [], therapist_id: "lan" },
    ]);
  });

  it("name what stays when one is added, dropped or moved", () => {
    const second = { ...agreed, key: "b", id: "b" };
    const added = { ...agreed, key: "new-1", id: null };
    expect(changesOf([agreed], [agreed, added])).toEqual([
      { id: "a" },
      { variant_id: "massage-60", add_on_ids: [] },
    ]);
    expect(changesOf([agreed, second], [second])).toEqual([{ id: "b" }]);
    expect(changesOf([agreed, second], [second, agreed])).toEqual([{ id: "b" }, { id: "a" }]);
  });
});

describe("the length", () => {
  const soak = { id: "soak", minutes: 15 };
  const [plain] = draftOf(guest(treatment("t1")));

  it("grows and shrinks with the add-ons, in whichever order they are chosen", () => {
    if (plain === undefined) throw new Error("no treatment");
    const longer = { ...plain, minutes: 90 };
    const both = { ...longer, ...withAddOn(longer, soak, true) };
    expect(both).toMatchObject({ addOnIds: ["soak"], minutes: 105 });
    expect({ ...both, ...withAddOn(both, soak, false) }).toEqual(longer);
    expect(minutesWith(90, ["soak"], [soak, { id: "stones", minutes: 20 }])).toBe(105);
    expect(changesOf([plain], [both])).toEqual([{ id: plain.key, add_on_ids: ["soak"], minutes: 105 }]);
  });
});
