import { describe, expect, it } from "vitest";
import type { PaymentRead, SaleRead } from "@/api/generated";
import { inOrder, moneyOf, NO_REFUND, problemOf, requestOf } from "./refund";

const payment = (id: string, amount: number, refunded = 0) => ({ id, amount, refunded }) as PaymentRead;
const bill = {
  status: "closed",
  paid: 500_000,
  refunds: [{ amount: 100_000 }],
  payments: [payment("cash", 200_000, 100_000), payment("card", 300_000)],
  lines: [
    { id: "a", kind: "service", course_session_id: null },
    { id: "b", kind: "service", course_session_id: null },
    { id: "course", kind: "course", course_session_id: null },
    { id: "covered", kind: "service", course_session_id: "s" },
  ],
} as unknown as SaleRead;

it("goes back to one payment after the other", () => {
  expect(inOrder(bill.payments, 250_000)).toEqual({ cash: 100_000, card: 150_000 });
  expect(inOrder(bill.payments, 50_000)).toEqual({ cash: 50_000 });
});

describe("problemOf", () => {
  it("wants something to be chosen", () => expect(problemOf(bill, NO_REFUND)).toBe("nothing"));
  it("gives back no more than is left of what was paid", () => {
    expect(problemOf(bill, { ...NO_REFUND, lines: { a: 400_001 } })).toBe("tooMuch");
    expect(problemOf(bill, { ...NO_REFUND, lines: { a: 400_000 } })).toBeNull();
  });
  it("wants a reason for goodwill", () => {
    expect(problemOf(bill, { ...NO_REFUND, goodwill: 1_000 })).toBe("reason");
    expect(problemOf(bill, { ...NO_REFUND, goodwill: 1_000, reason: "Chờ lâu" })).toBeNull();
  });
  it("wants the payments to add up", () =>
    expect(problemOf(bill, { ...NO_REFUND, tip: 10_000, payments: { card: 9_000 } })).toBe("payments"));
});

it("names only what is given back", () =>
  expect(
    requestOf(bill, {
      ...NO_REFUND,
      lines: { a: 0, b: 20_000 },
      payments: { cash: 20_000, card: 0 },
      reason: " x ",
    }),
  ).toEqual({
    lines: [{ line_id: "b", amount: 20_000 }],
    tip: 0,
    goodwill: 0,
    restock: true,
    reason: "x",
    payments: [{ payment_id: "cash", amount: 20_000 }],
  }));

it("leaves the amount of a course to its return policy", () =>
  expect(requestOf(bill, { ...NO_REFUND, lines: { course: 2_100_000 } }).lines).toEqual([
    { line_id: "course" },
  ]));

it("gives no money back for what a session has paid, and none to a session", () => {
  expect(moneyOf(bill, { ...NO_REFUND, lines: { a: 50_000, covered: 350_000 } })).toBe(50_000);
  const bySession = { ...payment("course", 350_000), method: "course" } as PaymentRead;
  expect(inOrder([bySession, payment("cash", 100_000)], 50_000)).toEqual({ cash: 50_000 });
});
