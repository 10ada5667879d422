/** A bank transfer and the bills that it can be for. Pure. */
import type { BankTransferRead, TransferBill } from "@/api/generated";
import { matches } from "@/booking/fold";

type Amounts = Pick<BankTransferRead, "amount" | "applied" | "returned">;

/** Return the part of a transfer that has neither paid a bill nor was sent back. */
export function leftOf({ amount, applied, returned }: Amounts): number {
  return amount - applied - returned;
}

/** The most bills that are offered before anything is typed. */
const MOST_OFFERED = 3;

export interface Offered {
  /** Bills that the text names and that cannot be paid any more: they say what the transfer was meant for. */
  meant: TransferBill[];
  /** Bills to pay with one press: those that the text names, and those of just this amount. */
  fitting: TransferBill[];
  /** All others with something left to pay. */
  others: TransferBill[];
}

export function offerBills(bills: TransferBill[], transfer: Amounts): Offered {
  const left = leftOf(transfer);
  const payable = bills.filter(({ due }) => due > 0);
  const fitting = payable.filter(({ is_named, due }) => is_named || due === left).slice(0, MOST_OFFERED);
  return {
    meant: bills.filter(({ due }) => due === 0),
    fitting,
    others: payable.filter((bill) => !fitting.includes(bill)),
  };
}

/** Return the bills with the text in the name, or with these digits in what is left to pay. */
export function findBills(bills: TransferBill[], typed: string): TransferBill[] {
  const digits = typed.replace(/[.,\sđ]/g, "");
  const isAmount = /^\d+$/.test(digits);
  return bills.filter(({ name, due }) =>
    isAmount ? String(due).startsWith(digits) : matches(name ?? "", typed),
  );
}
