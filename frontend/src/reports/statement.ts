/** The statement of a person: what they have earned in commissions and tips. Also on a therapist's phone. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "@/api/client";
import { type CommissionStatement, getCommissionStatement, type StatementLine } from "@/api/generated";

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

export function isEmpty({ lines, tips, payments, sums }: CommissionStatement): boolean {
  const isNothing = lines.length === 0 && tips.length === 0 && payments.length === 0;
  return isNothing && sums.owed_commissions === 0 && sums.owed_tips === 0;
}

/** Return how much of each line that was earned was taken back, by the id of the line of the bill. */
export function takenBack(lines: readonly StatementLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { sale_line_id, refund_line_id, amount } of lines)
    if (refund_line_id !== null) sums.set(sale_line_id, (sums.get(sale_line_id) ?? 0) - amount);
  return sums;
}
