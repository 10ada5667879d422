/** What can be given back of a closed bill, and the request for it. Pure. */
import type { PaymentRead, RefundCreate, SaleRead } from "@/api/generated";
import { isCovered, refundedOf } from "./bill";

export interface RefundDraft {
  /** What is given back of each line, by its id. */
  lines: Record<string, number>;
  tip: number;
  goodwill: number;
  reason: string;
  restock: boolean;
  /** What goes back to each payment, by its id; null: to the payments in order. */
  payments: Record<string, number> | null;
}

export const NO_REFUND: RefundDraft = {
  lines: {},
  tip: 0,
  goodwill: 0,
  reason: "",
  restock: true,
  payments: null,
};

export function leftOfLine({ gross, refunded }: { gross: number; refunded: number }): number {
  return gross - refunded;
}

export function leftOfTip(bill: SaleRead): number {
  return bill.tips.reduce((sum, { amount, refunded }) => sum + amount - refunded, 0);
}

/** Return what can still be given back for no line and no tip: no more than was paid. */
export function leftToGive(bill: SaleRead): number {
  return bill.paid - refundedOf(bill);
}

export function sumOf(draft: RefundDraft): number {
  return Object.values(draft.lines).reduce((sum, amount) => sum + amount, draft.tip + draft.goodwill);
}

/** Return what of a refund is money: a line that a session has paid gives the session back. */
export function moneyOf(bill: SaleRead, draft: RefundDraft): number {
  const covered = bill.lines.filter(isCovered);
  return covered.reduce((sum, { id }) => sum - (draft.lines[id] ?? 0), sumOf(draft));
}

/** Return whether money can go back to a payment. */
export function isRefundable({ method, amount, refunded }: PaymentRead): boolean {
  return method !== "course" && amount > refunded;
}

/** Return how a refund goes back when nobody chooses: to one payment after the other, as the API does. */
export function inOrder(payments: PaymentRead[], amount: number): Record<string, number> {
  let left = amount;
  const parts: Record<string, number> = {};
  for (const { id, amount: paid, refunded } of payments.filter(isRefundable)) {
    const part = Math.min(left, paid - refunded);
    if (part > 0) parts[id] = part;
    left -= part;
  }
  return parts;
}

/** Return what is wrong with a refund, or null. */
export function problemOf(
  bill: SaleRead,
  draft: RefundDraft,
): "nothing" | "tooMuch" | "reason" | "payments" | null {
  const sum = sumOf(draft);
  if (sum === 0) return "nothing";
  if (sum > leftToGive(bill)) return "tooMuch";
  if (draft.goodwill > 0 && draft.reason.trim() === "") return "reason";
  if (draft.payments === null) return null;
  const chosen = Object.values(draft.payments).reduce((a, b) => a + b, 0);
  return chosen === moneyOf(bill, draft) ? null : "payments";
}

export function requestOf(bill: SaleRead, draft: RefundDraft): RefundCreate {
  // What a course that is returned is worth, its return policy says.
  const courses = new Set(bill.lines.filter(({ kind }) => kind === "course").map(({ id }) => id));
  const parts = Object.entries(draft.payments ?? {}).filter(([, amount]) => amount > 0);
  return {
    lines: Object.entries(draft.lines)
      .filter(([, amount]) => amount > 0)
      .map(([line_id, amount]) => (courses.has(line_id) ? { line_id } : { line_id, amount })),
    tip: draft.tip,
    goodwill: draft.goodwill,
    restock: draft.restock,
    reason: draft.reason.trim(),
    payments: parts.map(([payment_id, amount]) => ({ payment_id, amount })),
  };
}
