/** Ask for the statement of a person: what they have earned in commissions and tips. The reports show it, too. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "@/api/client";
import { getCommissionStatement } from "@/api/generated";

export interface StatementQuery {
  /** Undefined: one's own. */
  staff_id?: string;
  first_day: string;
  last_day: string;
}

/** Milliseconds until a statement that still changes is asked for again. */
const AGAIN = 60_000;

export function useStatement(query: StatementQuery, { changes }: { changes: boolean }) {
  return useQuery({
    queryKey: ["statement", query],
    queryFn: ({ signal }) => call(getCommissionStatement({ query, signal })),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: changes ? AGAIN : false,
  });
}
