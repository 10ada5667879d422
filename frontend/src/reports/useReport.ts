/** What a report is given, and how it is asked for: while another one is on its way, the one before stays. */
import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { BranchRead } from "@/api/generated";
import type { ReportsSearch } from "./search";

/** What each report is given. */
export interface ViewProps {
  /** The branch that is shown, in whose zone days and times are. */
  branch: BranchRead;
  /** The branch of the report as a query has it: empty for all branches. */
  scope: { branch_id?: string };
  /** The business day that it is now. */
  today: string;
  search: ReportsSearch;
  onSearch: (change: ReportsSearch) => void;
}

/** Milliseconds until figures that still change are asked for again. */
const AGAIN = 60_000;

export function useReport<Report>(
  name: string,
  query: object,
  read: (signal: AbortSignal) => Promise<Report>,
  { changes = false, isNeeded = true }: { changes?: boolean; isNeeded?: boolean } = {},
): UseQueryResult<Report> {
  return useQuery({
    queryKey: ["report", name, query],
    queryFn: ({ signal }) => read(signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
    enabled: isNeeded,
    refetchInterval: changes ? AGAIN : false,
  });
}
