import { describe, expect, it } from "vitest";
import type { DeskCatalogue, DeskService, DeskVariant } from "@/api/generated";
import { addOnsOf, firstSold, moved, named, nextPosition, sectionsOf } from "./menu";

const service = (
  id: string,
  category_id: string,
  vi: string,
  offered: DeskService["offered"] = "online",
): DeskService => ({
  ...{ id, category_id, key: id, name: { vi, en: id }, description: { vi: "", en: "" } },
  ...{ position: 0, offered, add_on_ids: [], variants: [], tax_category_id: null },
});
const CATALOGUE: DeskCatalogue = {
  categories: [
    { id: "massage", key: "massage", name: { vi: "Massage", en: "Massage" }, position: 0 },
    { id: "face", key: "face", name: { vi: "Da mặt", en: "Facials" }, position: 1 },
  ],
  services: [
    service("thai", "massage", "Massage Thái"),
    service("stones", "massage", "Đá nóng"),
    service("gold", "face", "Mặt nạ vàng", "no"),
  ],
  add_ons: [
    {
      id: "steam",
      key: "steam",
      name: { vi: "Xông", en: "Steam" },
      minutes: 10,
      price: 0,
      position: 0,
      offered: "no",
      tax_category_id: null,
    },
  ],
};
const found = (text: string, showsUnsold = false) =>
  sectionsOf(CATALOGUE, text, showsUnsold).map(({ category, services }) => [
    category.id,
    services.map(({ id }) => id),
  ]);

describe("the catalogue", () => {
  it("has categories without a service, and hides what is not sold", () => {
    expect(found("")).toEqual([
      ["massage", ["thai", "stones"]],
      ["face", []],
    ]);
    expect(found("", true)[1]).toEqual(["face", ["gold"]]);
    expect(addOnsOf(CATALOGUE, "", false)).toEqual([]);
    expect(addOnsOf(CATALOGUE, "xong", true)).toHaveLength(1);
  });
  it("is searched without marks, in both languages and by category", () => {
    expect(found("da nong")).toEqual([["massage", ["stones"]]]);
    expect(found("thai")).toEqual([["massage", ["thai"]]]);
    expect(found("facial", true)).toEqual([["face", ["gold"]]]);
    expect(found("nothing")).toEqual([]);
  });
});

describe("the order", () => {
  const list = [
    { id: "a", position: 0 },
    { id: "b", position: 1 },
    { id: "c", position: 2 },
  ];
  it("changes two places", () => {
    expect(moved(list, "c", -1)).toEqual([
      { id: "c", position: 1 },
      { id: "b", position: 2 },
    ]);
  });
  it("ends at the ends", () => {
    expect(moved(list, "a", -1)).toEqual([]);
    expect(moved(list, "c", 1)).toEqual([]);
  });
  it("gives all a place where many had the same", () => {
    expect(
      moved(
        list.map(({ id }) => ({ id, position: 0 })),
        "a",
        1,
      ),
    ).toEqual([
      { id: "a", position: 1 },
      { id: "c", position: 2 },
    ]);
  });
  it("has the next place behind all", () => {
    expect(nextPosition(list)).toBe(3);
    expect(nextPosition([])).toBe(0);
  });
});

it("takes a name in one language", () => {
  expect(named({ vi: " Nách ", en: "" })).toEqual({ vi: "Nách", en: "Nách" });
  expect(named({ vi: " ", en: "" })).toBeNull();
});

describe("what is tried first in a branch", () => {
  const variant = (id: string, retired_at: string | null = null): DeskVariant => ({
    ...{ id, service_id: "sold", key: id, name: null, price: 0, position: 0, segments: [], retired_at },
  });
  const sells = (...variants: DeskVariant[]) => ({ ...service("sold", "massage", "Massage"), variants });

  it("is neither a service that is not sold, nor a variant that is not", () => {
    const unsold = { ...service("unsold", "massage", "Xông", "no"), variants: [variant("hour")] };
    const empty = service("empty", "massage", "Gội");
    const found = firstSold({
      ...CATALOGUE,
      services: [unsold, empty, sells(variant("old", "2026-01-01T00:00:00Z"), variant("new"))],
    });
    expect([found?.service.id, found?.variant.id]).toEqual(["sold", "new"]);
  });

  it("is nothing where nothing is sold", () => {
    expect(firstSold({ ...CATALOGUE, services: [service("empty", "massage", "Gội")] })).toBeNull();
  });
});
