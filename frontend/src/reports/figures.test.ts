import { expect, test } from "vitest";
import type { ItemLine } from "@/api/generated";
import { changeOf, groupItems, hasFigures, scaleOf, shareOf, sumOf } from "./figures";

test("a scale has round steps, 0, and every value", () => {
  expect(scaleOf([0, 13_450_000, 19_592_000])).toEqual({
    top: 20_000_000,
    bottom: 0,
    lines: [0, 5_000_000, 10_000_000, 15_000_000, 20_000_000],
  });
  expect(scaleOf([9_758_000]).lines).toEqual([0, 2_500_000, 5_000_000, 7_500_000, 10_000_000]);
  expect(scaleOf([3, 7])).toEqual({ top: 8, bottom: 0, lines: [0, 2, 4, 6, 8] });
  expect(scaleOf([9]).lines).toEqual([0, 5, 10]);
});

test("a scale goes below 0 when more was given back than taken", () => {
  expect(scaleOf([-450_000, 900_000])).toEqual({
    top: 1_000_000,
    bottom: -500_000,
    lines: [-500_000, 0, 500_000, 1_000_000],
  });
});

test("a scale of nothing, or of losses alone, has room above 0", () => {
  expect(scaleOf([])).toEqual({ top: 1, bottom: 0, lines: [0, 1] });
  expect(scaleOf([0, 0])).toEqual({ top: 1, bottom: 0, lines: [0, 1] });
  const { top, bottom } = scaleOf([-300]);
  expect(top).toBeGreaterThanOrEqual(0);
  expect(top).toBeGreaterThan(bottom);
});

test("a change is in percent, and unknown against nothing", () => {
  expect(changeOf(120, 100)).toBe(20);
  expect(changeOf(0, 100)).toBe(-100);
  expect(changeOf(100, 0)).toBeNull();
  expect(changeOf(100, -50)).toBeNull();
  expect(shareOf(1, 3)).toBe(33);
  expect(shareOf(1, 0)).toBe(0);
});

test("days are added up", () => {
  const days = [{ bills: 2, revenue: 100, tax: 8, tips: 5, received: 113, refunded: 0 }, { bills: 1 }];
  expect(sumOf(days)).toEqual({ bills: 3, revenue: 100, tax: 8, tips: 5, received: 113, refunded: 0 });
});

const item = (values: Partial<ItemLine>): ItemLine => ({
  ...{ kind: "service", item_id: "i", category_id: null, category: null },
  name: { vi: "Massage", en: "Massage" },
  ...values,
});

test("what was sold is grouped by category, and by kind without one: the most revenue first", () => {
  const massage = { category_id: "m", category: { vi: "Massage", en: "Massage" } };
  const groups = groupItems([
    item({ ...massage, item_id: "60", quantity: 2, net: 100 }),
    item({ ...massage, item_id: "90", quantity: 1, net: 300 }),
    item({ kind: "product", item_id: "oil", quantity: 5, net: 900 }),
    item({ kind: "product", item_id: "balm", quantity: 1, net: -50 }),
  ]);
  expect(
    groups.map(({ id, quantity, net, items }) => [id, quantity, net, items.map((one) => one.item_id)]),
  ).toEqual([
    ["product", 6, 850, ["oil", "balm"]],
    ["m", 3, 400, ["90", "60"]],
  ]);
});

test("a report has figures when anything is not 0, such as what a drawer paid out", () => {
  expect(hasFigures({ bills: 0, revenue: 0 })).toBe(false);
  expect(hasFigures({ kinds: [], payments: [], expenses: 50_000 })).toBe(true);
  expect(hasFigures({ payments: [{ method: "card", received: 0, refunded: 0 }] })).toBe(true);
});
