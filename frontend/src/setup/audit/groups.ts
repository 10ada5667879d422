/** What belongs together in the ledger: one action of a person changes several rows. Everything here is pure. */
import type { AuditEntryRead } from "@/api/generated";

/** The tables by how much their change says about an action, the most telling first. */
const TELLING = [
  "appointment",
  "visit_series",
  "visit",
  "appointment_treatment",
  "appointment_add_on",
  "time_off",
  "shift",
  "weekly_shift",
  "outage",
  "blocked_time",
  "blocked_time_exception",
  "branch",
  "opening_hours",
  "special_hours",
  "travel_time",
  "service",
  "service_variant",
  "add_on",
  "service_category",
  "service_add_on",
  "service_segment",
  "customer_course",
  "course_entry",
  "product",
  "stock_entry",
  "tax_category",
  "tax_rate",
  "commission_rule",
  "gift_card",
  "gift_card_entry",
  "deposit",
  "deposit_entry",
  "course_plan",
  "course_plan_variant",
  "staff",
  "staff_skill",
  "staff_branch",
  "room",
  "resource",
  "resource_type",
  "customer",
  "consent",
  "guest_link",
  "calendar_feed",
  "invitation",
  "user_account",
  "role_assignment",
  "user_session",
];
/** Tables that follow from others: how a visit occupies people and beds, and how it is undone. */
const FOLLOWING = new Set(["allocation", "appointment_edit", "appointment_transition"]);
/** The tables of the set-up file. */
const SET_UP = new Set([
  "branch",
  "room",
  "resource",
  "resource_type",
  "service",
  "service_category",
  "add_on",
  "product",
  "tax_category",
]);
/** What is added by the page of one thing is less than this. */
const FEW = 10;

export interface Group {
  id: number;
  /** The entry that says most. */
  lead: AuditEntryRead;
  /** The others, in the order in which they were written. */
  others: AuditEntryRead[];
  /** How many of the others do not merely follow. */
  more: number;
  /** Many things of the set-up at once, such as by an import. */
  isSetUp: boolean;
}

/** Join the entries of one transaction. `entries`: newest first, as the API lists them. */
export function groupsOf(entries: readonly AuditEntryRead[]): Group[] {
  const groups: AuditEntryRead[][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && isSameAction(last[0], entry)) last.push(entry);
    else groups.push([entry]);
  }
  return groups.map((group) => {
    const inOrder = group.toReversed();
    const lead = inOrder.reduce((best, entry) => (rankOf(entry) < rankOf(best) ? entry : best));
    const others = inOrder.filter((entry) => entry !== lead);
    const tables = new Set(group.map(({ entity }) => entity).filter((entity) => SET_UP.has(entity)));
    return {
      id: lead.id,
      lead,
      others,
      more: others.filter(({ entity }) => !FOLLOWING.has(entity)).length,
      isSetUp: tables.size > 1 && group.length >= FEW,
    };
  });
}

function isSameAction(one: AuditEntryRead, other: AuditEntryRead): boolean {
  return (
    one.at === other.at &&
    one.request_id === other.request_id &&
    one.actor_id === other.actor_id &&
    one.program === other.program
  );
}

function rankOf({ entity }: AuditEntryRead): number {
  const rank = TELLING.indexOf(entity);
  return rank === -1 ? TELLING.length : rank;
}
