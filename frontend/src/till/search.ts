/** What the addresses of the pages of the till say. */
import type { SaleStatus } from "@/api/generated";
import { isDay } from "@/board/time";
import { type BillSearch, parseBillSearch } from "./address";

export interface BillsSearch extends BillSearch {
  branch?: string | undefined;
  /** Without it: today, in the zone of the branch. */
  day?: string | undefined;
  state?: SaleStatus | undefined;
  customer?: string | undefined;
  number?: number | undefined;
}

export function parseBillsSearch(search: Record<string, unknown>): BillsSearch {
  const { branch, day, state, customer, number } = search;
  return {
    ...parseBillSearch(search),
    branch: typeof branch === "string" ? branch : undefined,
    day: isDay(day) ? day : undefined,
    state: state === "open" || state === "closed" || state === "void" ? state : undefined,
    customer: typeof customer === "string" ? customer : undefined,
    number: typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined,
  };
}

export interface TransfersSearch extends BillSearch {
  branch?: string | undefined;
  /** Those that were dealt with. */
  done?: boolean | undefined;
}

export function parseTransfersSearch(search: Record<string, unknown>): TransfersSearch {
  const { branch, done } = search;
  return {
    ...parseBillSearch(search),
    branch: typeof branch === "string" ? branch : undefined,
    done: done === true || undefined,
  };
}
