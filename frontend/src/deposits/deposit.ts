/** What is known of deposits without asking. Everything here is pure. */
import type { DepositRead } from "@/api/generated";

/** Return the deposits that a transfer may be for: it names one, or has just what is missing of one. */
export function awaitedBy(deposits: DepositRead[], content: string, left: number): DepositRead[] {
  const text = content.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
  return deposits.filter(
    ({ state, transfer_code, due }) => state === "waiting" && (text.includes(transfer_code) || due === left),
  );
}

/** The amount that a state is about: what is missing, what is left, or what was paid. */
export function amountOf({ state, amount, due, balance, paid }: DepositRead): number {
  if (state === "waiting") return due;
  if (state === "lapsed") return amount;
  return state === "settled" ? paid : balance;
}
