/** What the address of the board says: it can be reloaded, sent and kept as a bookmark. */
import type { AppointmentStatus } from "@/api/generated";
import type { View } from "./layout";
import { STATUSES } from "./status";
import { isDay } from "./time";

export interface BoardSearch {
  branch?: string;
  /** Without it: today, in the zone of the branch. */
  day?: string;
  /** Without it: by therapist. */
  view?: View;
  /** Statuses that are not shown. */
  hide?: AppointmentStatus[];
}

/** Return what is valid of a search. Anything else is left out. */
export function parseBoardSearch(search: Record<string, unknown>): BoardSearch {
  const hide = Array.isArray(search.hide)
    ? STATUSES.filter((status) => (search.hide as unknown[]).includes(status))
    : [];
  return {
    ...(typeof search.branch === "string" ? { branch: search.branch } : {}),
    ...(isDay(search.day) ? { day: search.day } : {}),
    ...(search.view === "rooms" ? { view: "rooms" as const } : {}),
    ...(hide.length > 0 ? { hide } : {}),
  };
}
