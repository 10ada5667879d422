/** What the screens of customers ask the API for, and the keys under which the answers are kept. */
import { keepPreviousData, type QueryClient, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "@/api/client";
import {
  type BranchRead,
  type CustomerRead,
  getCustomer,
  listVisits,
  searchCustomersByText,
  type VisitRead,
} from "@/api/generated";
import { branchesQuery } from "@/shell/branches";

const PAUSE = 150;
/** More than a screen of results; who does not see the person types another word. */
const MOST_RESULTS = 50;
const MOST_VISITS = 100;

export const CUSTOMERS = ["customers"] as const;
export const customerKey = (id: string) => ["customer", id] as const;
export const consentsKey = (id: string) => ["customer", id, "consents"] as const;
const visitsKey = (id: string) => ["customer", id, "visits"] as const;

export function useCustomer(id: string | null) {
  return useQuery({
    queryKey: customerKey(id ?? ""),
    queryFn: ({ signal }) => call(getCustomer({ path: { customer_id: id ?? "" }, signal })),
    enabled: id !== null,
  });
}

/** Show a customer as the API returned it after a change, in the profile and in lists. */
export function keepCustomer(cache: QueryClient, customer: CustomerRead): void {
  cache.setQueryData(customerKey(customer.id), customer);
  void cache.invalidateQueries({ queryKey: CUSTOMERS });
}

export interface CustomerVisits {
  visits: VisitRead[];
  /** There are older bookings than these. */
  hasMore: boolean;
}

/** Load the latest bookings of a customer, at most a hundred. */
export function useVisits(id: string, isEnabled = true) {
  return useQuery({
    queryKey: visitsKey(id),
    queryFn: async ({ signal }): Promise<CustomerVisits> => {
      const page = await call(listVisits({ query: { customer_id: id, limit: MOST_VISITS }, signal }));
      return { visits: page.items, hasMore: page.next_cursor !== null };
    },
    enabled: isEnabled,
  });
}

/** Return all branches by id, closed ones among them: a visit of last year keeps its name and its zone. */
export function useBranchNames(): Map<string, BranchRead> {
  const { data } = useQuery(branchesQuery);
  return new Map(data?.map((branch) => [branch.id, branch]));
}

export interface CustomerSearch {
  /** What matches the newest answer. While the next one is on its way the last one stays. */
  matches: CustomerRead[] | undefined;
  /** The matches are those of the text as it stands: one of them may be chosen by Enter. */
  isCurrent: boolean;
  error: unknown;
  retry: () => void;
}

/** Search as a person types. Each text is a query of its own and an older one is cancelled, so the newest answer wins. */
export function useCustomerSearch(text: string): CustomerSearch {
  const wanted = text.normalize("NFC").trim();
  const typed = usePaused(wanted);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: [...CUSTOMERS, "search", typed],
    queryFn: ({ signal }) =>
      call(searchCustomersByText({ query: { q: typed, limit: MOST_RESULTS }, signal })),
    enabled: typed !== "" && wanted !== "",
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    gcTime: 30_000,
  });
  return {
    matches: wanted === "" ? undefined : data,
    isCurrent: wanted !== "" && typed === wanted && data !== undefined && !isPlaceholderData,
    error,
    retry: () => void refetch(),
  };
}

/** Return a text once it has not changed for a moment; at once when it becomes empty or was empty. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), text === "" ? 0 : PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}
