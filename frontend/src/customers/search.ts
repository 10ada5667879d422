/** What the address of the list says. What is typed and the page are not in it: names and numbers of guests do not belong
    in the history of a browser. */
import { type BillSearch, parseBillSearch } from "@/till/address";

export interface CustomersSearch {
  branch?: string;
  /** Archived customers instead of the active ones. */
  archived?: true;
  /** The newest first. Without it: by name. */
  sort?: "newest";
  /** Only customers with this tag. */
  tag?: string;
}

export function parseCustomersSearch(search: Record<string, unknown>): CustomersSearch {
  return {
    ...(typeof search.branch === "string" ? { branch: search.branch } : {}),
    ...(search.archived === true ? { archived: true as const } : {}),
    ...(search.sort === "newest" ? { sort: "newest" as const } : {}),
    ...(typeof search.tag === "string" && search.tag !== "" ? { tag: search.tag } : {}),
  };
}

/** The profile of a customer, with a bill over it. */
export interface CustomerSearch extends BillSearch {
  branch?: string | undefined;
}

export function parseCustomerSearch(search: Record<string, unknown>): CustomerSearch {
  const { branch } = search;
  return { ...parseBillSearch(search), branch: typeof branch === "string" ? branch : undefined };
}

export interface NewCustomerSearch {
  branch?: string;
  /** Begin with the text that was searched for and not found. */
  typed?: true;
}

export function parseNewCustomerSearch(search: Record<string, unknown>): NewCustomerSearch {
  return {
    ...(typeof search.branch === "string" ? { branch: search.branch } : {}),
    ...(search.typed === true ? { typed: true as const } : {}),
  };
}

export interface MergeSearch {
  branch?: string;
  /** The id of the record to merge into the one in the path. */
  duplicate?: string;
}

export function parseMergeSearch(search: Record<string, unknown>): MergeSearch {
  return {
    ...(typeof search.branch === "string" ? { branch: search.branch } : {}),
    ...(typeof search.duplicate === "string" ? { duplicate: search.duplicate } : {}),
  };
}

/** Return the fields of a new customer that a search means: a number when it is mostly digits, otherwise a name. */
export function fieldsOfSearch(text: string): { full_name: string; phone: string } {
  const trimmed = text.trim();
  const digits = trimmed.replace(/\D/g, "");
  if (/^[+(]?\d[\d\s().+-]*$/.test(trimmed) && digits.length >= 8) return { full_name: "", phone: trimmed };
  return {
    full_name: trimmed
      .replace(/[\d+]+/g, " ")
      .replace(/\s+/g, " ")
      .trim(),
    phone: "",
  };
}
