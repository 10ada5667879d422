/** Leave as it is asked for by whole days. Pure. */
import { addDays, dayIn, instantOf, timeIn } from "@/board/time";

export interface LeaveDays {
  first: string;
  last: string;
}

/** Return the instants of whole days in a zone: from the first midnight to the one after the last day. */
export function instantsOf(zone: string, { first, last }: LeaveDays): { start: string; end: string } {
  return {
    start: new Date(instantOf(zone, first, "00:00")).toISOString(),
    end: new Date(instantOf(zone, addDays(last, 1), "00:00")).toISOString(),
  };
}

export interface LeaveSpan {
  first: string;
  last: string;
  /** The times of leave that is not of whole days. */
  times: { start: string; end: string } | null;
}

/** Return the days of leave, and its times when it begins or ends within a day. */
export function spanOf(zone: string, leave: { start: string; end: string }): LeaveSpan {
  const [start, end] = [Date.parse(leave.start), Date.parse(leave.end)];
  const times = { start: timeIn(zone, start), end: timeIn(zone, end) };
  const isWhole = times.start === "00:00" && times.end === "00:00";
  return { first: dayIn(zone, start), last: dayIn(zone, end - 1), times: isWhole ? null : times };
}

/** Return whether leave can still be withdrawn: it is asked for or approved, and has not begun. */
export function isWithdrawable({ status, start }: { status: string; start: string }, now: number): boolean {
  return (status === "requested" || status === "approved") && Date.parse(start) > now;
}
