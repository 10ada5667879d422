/** Which bill is open over a page, which is in the address: Back closes it, and a reload opens it again. */
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import type { BoardRead } from "@/api/generated";
import type { Opened } from "@/card/find";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The step before shows the page without a bill: closing it is one step back. */
    isBill?: true;
  }
}

export interface BillSearch {
  /** The id of a bill, or `new` for one without a visit. */
  bill?: string | undefined;
  /** The id of a visit whose bill is opened, or made. */
  pay?: string | undefined;
  /** The id of the customer who pays a new bill. */
  payer?: string | undefined;
}

export const NEW_BILL = "new";

export function parseBillSearch({ bill, pay, payer }: Record<string, unknown>): BillSearch {
  return {
    bill: typeof bill === "string" ? bill : undefined,
    pay: typeof pay === "string" ? pay : undefined,
    payer: typeof payer === "string" ? payer : undefined,
  };
}

/** Return what opens the bill of a guest: the one that is open or paid, or a new one of what is left to bill. */
export function billOf(board: BoardRead, { visit, appointment }: Opened): BillSearch {
  const bill = board.bills.find(({ appointment_id }) => appointment_id === appointment.id);
  return bill === undefined || bill.state === "rest" ? { pay: visit.id } : { bill: bill.sale_id };
}

export interface BillAddress extends BillSearch {
  open: (search: BillSearch) => void;
  close: () => void;
}

export function useBillAddress(): BillAddress {
  const navigate = useNavigate();
  const { history } = useRouter();
  const { bill, pay, payer } = useSearch({ strict: false });
  const go = (search: BillSearch, isReplaced: boolean) =>
    void navigate({
      to: ".",
      search: (before) => ({ ...before, bill: undefined, pay: undefined, payer: undefined, ...search }),
      replace: isReplaced,
      state: (state) => (isReplaced ? state : { ...state, isBill: true as const }),
    });
  const isOpen = bill !== undefined || pay !== undefined;
  return {
    bill,
    pay,
    payer,
    open: (search) => go(search, isOpen),
    close: () => {
      if (history.location.state.isBill) history.back();
      else go({}, true);
    },
  };
}
