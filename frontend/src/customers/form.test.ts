import { describe, expect, it } from "vitest";
import type { CustomerRead } from "@/api/generated";
import { changesOf, customerOf, EMPTY, errorsOf, fieldOf, reconcile, valuesOf } from "./form";

const LAN: CustomerRead = {
  id: "1",
  full_name: "Nguyễn Thị Thu Lan",
  phone: "+84912345678",
  email: null,
  birthday: "--12-31",
  gender: "female",
  notes: "Phòng yên tĩnh",
  contraindications: "",
  tags: ["vip"],
  contact_id: null,
  archived_at: null,
  merged_into_id: null,
  user_id: null,
  erased_at: null,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};

describe("the form", () => {
  it("sends nothing when nothing was changed", () =>
    expect(changesOf(valuesOf(LAN), valuesOf(LAN))).toEqual({}));

  it("sends only the fields that were changed, and null for one that was emptied", () => {
    const values = { ...valuesOf(LAN), phone: " ", birthday: "31/12/1990", tags: ["vip", "zalo"] };
    expect(changesOf(valuesOf(LAN), values)).toEqual({
      phone: null,
      birthday: "1990-12-31",
      tags: ["vip", "zalo"],
    });
  });

  it("sends a new customer with empty fields as none", () =>
    expect(customerOf({ ...EMPTY, full_name: "Lan" })).toMatchObject({
      full_name: "Lan",
      phone: null,
      email: null,
      birthday: null,
    }));

  it("asks for a name and for a birthday that can be read", () => {
    expect(errorsOf({ ...EMPTY, full_name: " ", birthday: "32/1" })).toEqual({
      full_name: "missingName",
      birthday: "wrongBirthday",
    });
    expect(errorsOf(valuesOf(LAN))).toEqual({});
  });

  it.each([
    ["body.phone", "phone"],
    ["body.tags.0", "tags"],
    ["query.phone_owner", undefined],
  ])("finds the field of %s", (path, field) => expect(fieldOf(path)).toBe(field));
});

describe("two people who change one customer", () => {
  const latest: CustomerRead = { ...LAN, notes: "Phòng ấm", phone: "+84987654321" };

  it("keep both changes when they are of different fields", () =>
    expect(reconcile(LAN, { tags: [], email: "lan@example.com" }, latest)).toEqual({
      conflicts: [],
      rest: { tags: [], email: "lan@example.com" },
    }));

  it("are asked about a field that both changed, and the rest is kept", () =>
    expect(reconcile(LAN, { notes: "Phòng lạnh", tags: [] }, latest)).toEqual({
      conflicts: ["notes"],
      rest: { tags: [] },
    }));

  it("have nothing left to save when both wrote the same, in any spelling of the number", () =>
    expect(reconcile(LAN, { notes: "Phòng ấm", phone: "0987 654 321" }, latest)).toEqual({
      conflicts: [],
      rest: {},
    }));
});
