import { expect, it } from "vitest";
import { cashOf, groupsOf, numbersOf } from "./z";

it("shows credits as amounts that were earned or are owed, and leaves out what did not move", () => {
  const groups = groupsOf({ cash: 540_000, revenue: -481_481, vat: -38_519, tip: -20_000, bank: 0 });
  expect(groups).toEqual([
    {
      name: "earned",
      rows: [
        { account: "revenue", amount: 481_481 },
        { account: "vat", amount: 38_519 },
      ],
      sum: 520_000,
    },
    { name: "moved", rows: [{ account: "cash", amount: 540_000 }], sum: 540_000 },
    { name: "owed", rows: [{ account: "tip", amount: 20_000 }], sum: 20_000 },
  ]);
});

it("names the first bill and the last, and one number once", () => {
  const first = { year: 2026, number: 118 };
  expect(numbersOf({ first_bill: null, last_bill: null })).toBeNull();
  expect(numbersOf({ first_bill: first, last_bill: first })).toBe("2026-000118");
  expect(numbersOf({ first_bill: first, last_bill: { year: 2027, number: 2 } })).toBe(
    "2026-000118 – 2027-000002",
  );
});

it("counts the cash of bills less what was given back", () => {
  expect(cashOf({ payments: [] })).toBe(0);
  expect(
    cashOf({
      payments: [
        { method: "card", received: 70, refunded: 0 },
        { method: "cash", received: 50, refunded: 20 },
      ],
    }),
  ).toBe(30);
});
