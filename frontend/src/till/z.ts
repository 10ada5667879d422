/** A Z report in the order in which it is read. Pure. */
import type { DrawerSessionRead } from "@/api/generated";
import { numberOf } from "./bill";

export type Z = NonNullable<DrawerSessionRead["z"]>;
export type AccountName = keyof Z["accounts"] & string;

/** The groups of accounts. `sign`: what is earned or owed is a credit, which the ledger writes below 0. */
const GROUPS = [
  { name: "earned", sign: -1, accounts: ["revenue", "vat", "fee", "forfeited"] },
  { name: "moved", sign: 1, accounts: ["cash", "bank", "card", "safe"] },
  { name: "owed", sign: -1, accounts: ["course", "gift_card", "deposit", "tip", "commission", "unmatched"] },
  { name: "unpaid", sign: 1, accounts: ["receivable"] },
  { name: "spent", sign: 1, accounts: ["expense", "goodwill", "commission_cost", "cash_short", "cash_over"] },
] as const;

export type GroupName = (typeof GROUPS)[number]["name"];
export type ZAccount = (typeof GROUPS)[number]["accounts"][number];

export interface ZGroup {
  name: GroupName;
  rows: { account: ZAccount; amount: number }[];
  sum: number;
}

/** Return the groups that have moved, each with the accounts that have. */
export function groupsOf(accounts: Readonly<Record<string, number>>): ZGroup[] {
  return GROUPS.flatMap(({ name, sign, accounts: names }): ZGroup[] => {
    const rows = names.flatMap((account) => {
      const amount = accounts[account] ?? 0;
      return amount === 0 ? [] : [{ account, amount: amount * sign }];
    });
    const sum = rows.reduce((total, { amount }) => total + amount, 0);
    return rows.length === 0 ? [] : [{ name, rows, sum }];
  });
}

/** Return the cash of bills: what was taken less what was given back. */
export function cashOf({ payments }: Pick<Z, "payments">): number {
  const cash = payments.find(({ method }) => method === "cash");
  return cash === undefined ? 0 : cash.received - cash.refunded;
}

/** Return `2026-000118 – 2026-000123`, one number if there is one bill, or null if there is none. */
export function numbersOf({ first_bill, last_bill }: Pick<Z, "first_bill" | "last_bill">): string | null {
  if (first_bill === null || last_bill === null) return null;
  return [...new Set([numberOf(first_bill), numberOf(last_bill)])].join(" – ");
}
