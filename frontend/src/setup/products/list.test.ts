import { expect, it } from "vitest";
import type { ProductRead } from "@/api/generated";
import { changeOf, countIn, foundIn, signed } from "./list";

const product = (id: string, vi: string, sku: string | null): ProductRead => ({
  ...{ id, key: id, name: { vi, en: id }, price: 0, sku, tax_category_id: null, position: 0 },
  retired_at: null,
  stock: [{ branch_id: "q1", count: -2 }],
});
const PRODUCTS = [product("oil", "Dầu oải hương", "8936012"), product("tea", "Trà gừng", null)];

it.each([
  ["dau oai", ["oil"]],
  ["6012", ["oil"]],
  ["TEA", ["tea"]],
  ["", ["oil", "tea"]],
  ["xà phòng", []],
])("finds %j", (text, ids) => {
  expect(foundIn(PRODUCTS, text).map(({ id }) => id)).toEqual(ids);
});

it("knows the stock of a branch, and that another one never had any", () => {
  const [oil] = PRODUCTS as [ProductRead];
  expect([countIn(oil, "q1"), countIn(oil, "q2")]).toEqual([-2, null]);
});

it("writes a minus and not a hyphen", () => {
  expect([signed(-2), signed(0), changeOf(12), changeOf(0), changeOf(-2)]).toEqual([
    ...["−2", "0", "+12", "±0", "−2"],
  ]);
});
