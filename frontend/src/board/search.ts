/** What the address of the board says: it can be reloaded, sent and kept as a bookmark. */
import type { AppointmentStatus } from "@/api/generated";
import { type BillSearch, parseBillSearch } from "@/till/address";
import type { View } from "./layout";
import { STATUSES } from "./status";
import { isDay } from "./time";

export type Sheet = View | "week";

export interface BoardSearch extends BillSearch {
  branch?: string | undefined;
  /** Without it: today, in the zone of the branch. */
  day?: string | undefined;
  /** Without it: by therapist. `week` is that of the therapist `staff`. */
  view?: Sheet | undefined;
  /** Statuses that are not shown. */
  hide?: AppointmentStatus[] | undefined;
  /** The appointment that is opened beside the board. */
  card?: string | undefined;
  /** The appointments that cannot take place as booked are listed. */
  solve?: true | undefined;
  /** The therapist whose day is given to colleagues. */
  sick?: string | undefined;
  /** The id of the only therapist whose column is shown. */
  staff?: string | undefined;
  /** The name of the only room whose beds are shown. */
  room?: string | undefined;
  /** What the names or numbers of the guests have who are shown. */
  guest?: string | undefined;
}

/** Return what is valid of a search. Anything else is undefined, and not left out: the router adds what is left out. */
export function parseBoardSearch(search: Record<string, unknown>): BoardSearch {
  const given: unknown[] = Array.isArray(search.hide) ? search.hide : [];
  const hide = STATUSES.filter((status) => given.includes(status));
  return {
    ...parseBillSearch(search),
    branch: typeof search.branch === "string" ? search.branch : undefined,
    day: isDay(search.day) ? search.day : undefined,
    view: search.view === "rooms" || search.view === "week" ? search.view : undefined,
    hide: hide.length > 0 ? hide : undefined,
    card: typeof search.card === "string" ? search.card : undefined,
    solve: search.solve === true ? true : undefined,
    sick: typeof search.sick === "string" ? search.sick : undefined,
    staff: textOf(search.staff),
    room: textOf(search.room),
    guest: textOf(search.guest),
  };
}

/** The router reads `678` of an address as a number. */
function textOf(value: unknown): string | undefined {
  return (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : undefined;
}
