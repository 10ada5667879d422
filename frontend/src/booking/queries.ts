/** What the panel reads: the catalogue, customers as they are typed, past visits, days and starts. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api/client";
import {
  checkPhone,
  findDays,
  findStarts,
  type GuestWish,
  listVisits,
  previewVisitSeries,
  readDeskCatalogue,
  type SeriesCreate,
  searchCustomersByText,
} from "@/api/generated";
import { askOrKept } from "@/app/kept";
import { addDays } from "@/board/time";
import { currentLanguage } from "@/i18n";
import { toCatalogue } from "./catalogue";

export function useCatalogue(isNeeded = true) {
  return useQuery({
    queryKey: ["catalogue", "desk"],
    queryFn: () => askOrKept("catalogue", () => call(readDeskCatalogue())),
    enabled: isNeeded,
    select: toCatalogue,
    staleTime: 5 * 60_000,
  });
}

/** Search for customers. While the answer is on its way the last one stays, and `isPlaceholderData` says so. */
export function useCustomerSearch(query: string) {
  return useQuery({
    queryKey: ["customers", "search", query],
    queryFn: ({ signal }) => call(searchCustomersByText({ query: { q: query, limit: 8 }, signal })),
    enabled: query !== "",
    placeholderData: keepPreviousData,
  });
}

export function usePhoneCheck(phone: string) {
  return useQuery({
    queryKey: ["customers", "phone", phone, currentLanguage()],
    queryFn: ({ signal }) => call(checkPhone({ query: { phone }, signal })),
    enabled: phone !== "",
    retry: false,
  });
}

/** The newest visits of a customer: enough to have past ones among them when a series is still to come. */
export function visitsQuery(customerId: string) {
  return {
    queryKey: ["visits", "of", customerId],
    queryFn: () => call(listVisits({ query: { customer_id: customerId, limit: 50 } })),
  };
}

/** What is searched for. `insteadOf` is the visit whose time counts as free: the hold of this panel. */
export interface Search {
  branchId: string;
  guests: GuestWish[];
  sameRoom: boolean;
  insteadOf: string | null;
}

function bodyOf({ branchId, guests, sameRoom, insteadOf }: Search) {
  return {
    branch_id: branchId,
    guests,
    same_room: sameRoom,
    ...(insteadOf === null ? {} : { instead_of: insteadOf }),
  };
}

export function startsQuery(search: Search, day: string) {
  return {
    queryKey: ["starts", search, day, currentLanguage()],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      call(findStarts({ body: { ...bodyOf(search), day }, ...(signal === undefined ? {} : { signal }) })),
    staleTime: 15_000,
    gcTime: 0, // the next booking does not begin with the starts of before this one
  };
}

/** The days that are offered at once. */
export const DAYS = 14;

export function daysQuery(search: Search, firstDay: string) {
  return {
    queryKey: ["days", search, firstDay, currentLanguage()],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      call(
        findDays({
          body: { ...bodyOf(search), first_day: firstDay, last_day: addDays(firstDay, DAYS - 1) },
          signal,
        }),
      ),
    staleTime: 15_000,
  };
}

/** What would become of each visit of a series. */
export function seriesQuery(series: SeriesCreate | null) {
  return {
    queryKey: ["series", series, currentLanguage()],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      series === null ? null : call(previewVisitSeries({ body: series, signal })),
    gcTime: 0,
  };
}

/** Return what to do when something was booked, or was refused: free times and visits are others now. */
export function useForgetSearches(): () => void {
  const cache = useQueryClient();
  return () => {
    for (const name of ["starts", "days", "visits"]) void cache.invalidateQueries({ queryKey: [name] });
  };
}
