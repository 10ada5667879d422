/** What the API says about a week of a branch: its people, shifts, leave and opening hours. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { call } from "@/api/client";
import {
  type BranchRead,
  getWeeklyShifts,
  listOpenHours,
  listShifts,
  listStaff,
  listTimeOff,
  type OpenSpan,
  type ShiftRead,
  type TimeOffRead,
} from "@/api/generated";
import { addDays } from "@/board/time";
import { layOutRoster, NIGHT, type Roster, type RosterData, spanOfWeek } from "./week";

/** All queries of the page begin with it: what changes a roster invalidates them. */
export const ROSTER_KEY = ["roster"];
const REFETCH = 60_000;
const MOST = 100;

export interface RosterState {
  data: RosterData | undefined;
  roster: Roster | undefined;
  error: unknown;
  retry: () => void;
}

export function useRoster(branch: BranchRead, monday: string): RosterState {
  const { data, error, refetch } = useQuery({
    queryKey: [...ROSTER_KEY, branch.id, monday],
    queryFn: ({ signal }) => load(branch, monday, signal),
    refetchInterval: REFETCH,
  });
  const roster = useMemo(
    () => data && layOutRoster(branch.time_zone, monday, data),
    [branch.time_zone, monday, data],
  );
  return { data, roster, error: data === undefined ? error : null, retry: () => void refetch() };
}

async function load(branch: BranchRead, monday: string, signal: AbortSignal): Promise<RosterData> {
  const week = spanOfWeek(branch.time_zone, monday);
  const [start, end] = [new Date(week.start).toISOString(), new Date(week.end).toISOString()];
  // Whoever works in the night after Sunday may begin on Monday.
  const morning = new Date(week.end + NIGHT).toISOString();
  const [people, shifts, leave, open] = await Promise.all([
    call(listStaff({ query: { branch_id: branch.id }, signal })),
    call<ShiftRead[]>(listShifts({ query: { branch_id: branch.id, start, end: morning }, signal })),
    loadLeave({ branch_id: branch.id, start, end }, signal),
    call<OpenSpan[]>(
      listOpenHours({
        path: { branch_id: branch.id },
        query: { first_day: monday, last_day: addDays(monday, 6) },
        signal,
      }),
    ),
  ]);
  return { people, shifts, leave, open };
}

type LeaveFilter = { branch_id: string } & ({ start: string; end: string } | { status: "requested" });

async function loadLeave(filter: LeaveFilter, signal: AbortSignal): Promise<TimeOffRead[]> {
  const found: TimeOffRead[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { ...filter, limit: MOST, ...(cursor && { cursor }) };
    const page = await call(listTimeOff({ query, signal }));
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

/** The leave of the people of a branch that waits for a decision, whenever it is. */
export function useRequests(branchId: string): TimeOffRead[] | undefined {
  return useQuery({
    queryKey: [...ROSTER_KEY, branchId, "requests"],
    queryFn: ({ signal }) => loadLeave({ branch_id: branchId, status: "requested" }, signal),
    refetchInterval: REFETCH,
  }).data;
}

/** The weekly shifts of a person in all branches. */
export function weeklyQuery(staffId: string) {
  return queryOptions({
    queryKey: [...ROSTER_KEY, "weekly", staffId],
    queryFn: ({ signal }) => call(getWeeklyShifts({ path: { staff_id: staffId }, signal })),
  });
}
