import { expect, it } from "vitest";
import type { DeskCatalogue, ProductRead } from "@/api/generated";
import { rateOn, spansOf, usesOf } from "./rates";

const RATES = [
  { from_day: "2025-07-01", rate: 800 },
  { from_day: "2027-01-01", rate: 1000 },
];

it("shows until when a rate counts and which one counts now", () => {
  expect(spansOf(RATES, "2026-12-31")).toEqual([
    { rate: 800, from: null, until: "2026-12-31", isNow: true },
    { rate: 1000, from: "2027-01-01", until: null, isNow: false },
  ]);
  expect(spansOf(RATES, "2027-01-01").map(({ isNow }) => isNow)).toEqual([false, true]);
});

it.each([
  ["2020-01-01", 800],
  ["2026-12-31", 800],
  ["2027-01-01", 1000],
])("knows the rate of %s, also before the first day", (day, rate) => {
  expect(rateOn(RATES, day)).toBe(rate);
});

it("finds what a category taxes: what has chosen it, and for the default what has chosen none", () => {
  const service = (id: string, tax_category_id: string | null, offered = "online") => ({
    ...{ id, tax_category_id, offered },
  });
  const menu = {
    services: [service("a", null), service("b", "massage"), service("old", null, "no")],
    add_ons: [service("c", null), service("d", "massage")],
  } as unknown as DeskCatalogue;
  const products = [service("e", null)] as unknown as ProductRead[];
  const ids = (id: string, is_default: boolean) => {
    const { services, addOns, products: goods } = usesOf({ id, is_default }, menu, products);
    return [services, addOns, goods].map((list) => list.map((item) => item.id));
  };
  expect(ids("massage", false)).toEqual([["b"], ["d"], []]);
  expect(ids("all", true)).toEqual([["a"], [], ["e"]]);
});
