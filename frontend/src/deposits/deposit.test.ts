import { expect, test } from "vitest";
import type { DepositRead } from "@/api/generated";
import { amountOf, awaitedBy } from "./deposit";

const deposit = (values: Partial<DepositRead>) =>
  ({
    ...{ id: "1", state: "waiting", amount: 150, paid: 0, due: 150, balance: 0 },
    ...{ transfer_code: "ZS7K3Q9ME", ...values },
  }) as DepositRead;

test("a transfer is for the deposit that it names, however the bank has written it", () => {
  expect(awaitedBy([deposit({})], "MBVCB 12 zs7k 3q9me chuyen tien", 200)).toHaveLength(1);
});

test("a transfer of just what is missing may be for a deposit", () => {
  expect(awaitedBy([deposit({ due: 50 }), deposit({ due: 60 })], "chuyen tien", 50)).toEqual([
    deposit({ due: 50 }),
  ]);
});

test("a deposit that waits no more takes no transfer", () => {
  expect(awaitedBy([deposit({ state: "lapsed" })], "ZS7K3Q9ME", 150)).toEqual([]);
});

test("each state is about another amount", () => {
  const paid = { paid: 150, due: 0, balance: 50 };
  expect(amountOf(deposit({ paid: 100, due: 50, balance: 100 }))).toBe(50);
  expect(amountOf(deposit({ state: "owed", ...paid }))).toBe(50);
  expect(amountOf(deposit({ state: "settled", ...paid, balance: 0 }))).toBe(150);
  expect(amountOf(deposit({ state: "lapsed" }))).toBe(150);
});
