import { describe, expect, it } from "vitest";
import type { CoursePlanRead, DeskCatalogue } from "@/api/generated";
import { bodyOf, choicesOf, foundIn, toggledAll, valuesOf, worthOf } from "./plan";

const plan = (more: Partial<CoursePlanRead> = {}): CoursePlanRead => ({
  id: "p",
  key: "massage-10",
  name: { vi: "Mười buổi", en: "Ten sessions" },
  price: 3_500_000,
  sessions: 10,
  valid_days: null,
  return_policy: "list_price",
  list_price: 450_000,
  no_show_uses_session: true,
  tax_category_id: null,
  variant_ids: ["v60"],
  retired_at: null,
  ...more,
});
const menu = {
  services: [
    {
      name: { vi: "Massage Thái", en: "Thai massage" },
      offered: "online",
      variants: [
        { id: "v60", price: 450_000, retired_at: null },
        { id: "v90", price: 600_000, retired_at: null },
        { id: "old", price: 1, retired_at: "2026-01-01T00:00:00Z" },
      ],
    },
    {
      name: { vi: "Ngâm chân", en: "Foot bath" },
      offered: "no",
      variants: [{ id: "foot", price: 90_000, retired_at: null }],
    },
  ],
} as unknown as DeskCatalogue;

describe("a plan", () => {
  it("is sent as it is shown", () =>
    expect(bodyOf(valuesOf(plan()))).toEqual({
      name: { vi: "Mười buổi", en: "Ten sessions" },
      price: 3_500_000,
      sessions: 10,
      valid_days: null,
      return_policy: "list_price",
      list_price: 450_000,
      no_show_uses_session: true,
      tax_category_id: null,
      variant_ids: ["v60"],
    }));

  it("has a list price only if it is returned by it, and one name for both languages", () => {
    const body = bodyOf({ ...valuesOf(plan()), policy: "pro_rata", name: { vi: " Mười buổi ", en: "" } });
    expect([body.list_price, body.name]).toEqual([null, { vi: "Mười buổi", en: "Mười buổi" }]);
  });

  it("is found by its name; what is not sold any more stands behind, if it is asked for", () => {
    const plans = [plan({ id: "old", retired_at: "2026-01-01T00:00:00Z" }), plan()];
    expect(foundIn(plans, "muoi", false).map(({ id }) => id)).toEqual(["p"]);
    expect(foundIn(plans, "ten", true).map(({ id }) => id)).toEqual(["p", "old"]);
    expect(foundIn(plans, "chan", true)).toEqual([]);
  });
});

describe("the treatments of a plan", () => {
  const ids = (chosen: string[], text = "", first: string[] = []) =>
    choicesOf(menu, chosen, first, text).map(({ variants }) => variants.map(({ id }) => id));

  it("are those that are sold, and those that are chosen", () => {
    expect(ids([])).toEqual([["v60", "v90"]]);
    expect(ids(["old", "foot"])).toEqual([["v60", "v90", "old"], ["foot"]]);
    expect(ids([], "ngam")).toEqual([]);
    expect(ids(["foot"], "", ["foot"])).toEqual([["foot"], ["v60", "v90"]]);
  });

  it("are chosen all at once, and taken off at once", () => {
    expect(toggledAll(["v60", "foot"], ["v60", "v90"])).toEqual(["foot", "v60", "v90"]);
    expect(toggledAll(["v60", "v90", "foot"], ["v60", "v90"])).toEqual(["foot"]);
  });
});

it("a session is worth its part of the price, beside the cheapest treatment that it pays", () => {
  expect(worthOf({ price: 3_500_000, sessions: 10, variantIds: ["v60", "v90"] }, menu)).toEqual({
    each: 350_000,
    saves: 22,
  });
  expect(worthOf({ price: 3_500_000, sessions: 10, variantIds: [] }, menu)?.saves).toBe(0);
  expect(worthOf({ price: 5_000_000, sessions: 10, variantIds: ["v60"] }, menu)?.saves).toBe(0);
  expect(worthOf({ price: 0, sessions: 10, variantIds: [] }, menu)).toBeNull();
});
