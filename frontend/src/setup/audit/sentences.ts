/** The entries of the ledger as sentences: who did what to whom. Everything here is pure.

    The usual kinds have sentences of their own. Any other entry is told by its kind, its name and the fields that changed,
    which is always true. */
import type { AuditEntryRead } from "@/api/generated";
import type { Group } from "./groups";
import {
  type Context,
  fieldName,
  momentOf,
  nameOf,
  rangeOf,
  shownValue,
  timeBeside,
  type Values,
} from "./values";

const ONLINE = "zenspa online";
const OWN = new Set(["zenspa", "zenspa jobs"]);
/** The statuses in the order in which a visit goes through them. */
const PROGRESS = ["held", "pending", "confirmed", "arrived", "in_service", "completed"];
/** The column of each table that says whom or what a row is about, for rows that are gone. */
const ABOUT: Record<string, string> = {
  appointment: "customer_id",
  visit: "customer_id",
  appointment_treatment: "variant_id",
  appointment_add_on: "add_on_id",
  allocation: "resource_id",
  appointment_edit: "appointment_id",
  appointment_transition: "appointment_id",
  consent: "customer_id",
  opening_hours: "branch_id",
  special_hours: "branch_id",
  service_segment: "variant_id",
  service_variant: "service_id",
  service_add_on: "service_id",
  course_plan_variant: "plan_id",
  customer_course: "plan_id",
  course_entry: "course_id",
  gift_card_entry: "gift_card_id",
  deposit: "visit_id",
  deposit_entry: "deposit_id",
  staff_branch: "staff_id",
  staff_skill: "staff_id",
  weekly_shift: "staff_id",
  shift: "staff_id",
  time_off: "staff_id",
  outage: "resource_id",
  blocked_time: "resource_id",
  blocked_time_exception: "blocked_time_id",
  role_assignment: "user_id",
  user_session: "user_id",
  guest_link: "visit_id",
  calendar_feed: "staff_id",
};
/** More fields than these are counted. */
const NAMED = 3;

export function whoDid(context: Context, { actor_id, program }: AuditEntryRead): string {
  const { t } = context;
  if (actor_id !== null) return nameOf(context, actor_id) ?? t("audit.formerUser");
  if (program === ONLINE) return t("audit.guestOnline");
  return OWN.has(program) ? t("audit.system") : program;
}

/** Return the sentence of an action. */
export function sentenceOfGroup(context: Context, { lead, others, isSetUp }: Group): string {
  if (!isSetUp) return sentenceOf(context, lead);
  return context.t("audit.say.setUp", { who: whoDid(context, lead), count: others.length + 1 });
}

/** Return the sentence of one entry. */
export function sentenceOf(context: Context, entry: AuditEntryRead): string {
  return special(context, entry) ?? general(context, entry);
}

/** Return what a row is called: by its name now, or by what its last values refer to. */
export function subjectOf(context: Context, entry: AuditEntryRead): string {
  const row: Values = { ...entry.before, ...entry.after };
  const about = nameOf(context, row[ABOUT[entry.entity] ?? ""]);
  const own = nameOf(context, entry.entity_id) ?? about;
  if (own !== null && own !== "") return own;
  const written = row[`name_${context.language}`] ?? row.full_name ?? row.name ?? row.email;
  if (typeof written === "string" && written !== "") return shownValue(context, "UTC", "name", written);
  return context.t(
    entry.entity === "appointment" || entry.entity === "visit" ? "audit.guest" : "audit.unnamed",
  );
}

/** Return the zone in which the times of an entry are meant: that of its branch, or of this device. */
export function zoneOf({ names, zone }: Context, entry: AuditEntryRead): string {
  const row: Values = { ...entry.before, ...entry.after };
  const branch = typeof row.branch_id === "string" ? names[row.branch_id]?.time_zone : null;
  return names[entry.entity_id]?.time_zone ?? branch ?? zone;
}

/** Return `chị Lan`: the guest of a treatment. */
function guestOf(context: Context, entry: AuditEntryRead): string {
  const row: Values = { ...entry.before, ...entry.after };
  const name = context.names[entry.entity_id]?.guest_name ?? nameOf(context, row.appointment_id);
  return name || context.t("audit.guest");
}

function general(context: Context, entry: AuditEntryRead): string {
  const { t } = context;
  const kinds: Record<string, string> = t("audit.kind", { returnObjects: true });
  const values = {
    who: whoDid(context, entry),
    kind: kinds[entry.entity] ?? entry.entity.replaceAll("_", " "),
    name: subjectOf(context, entry),
  };
  if (entry.action !== "update") return t(`audit.say.any.${entry.action}`, values);
  const columns = changedColumns(entry);
  const [column = ""] = columns;
  if (columns.length === 1) {
    const zone = zoneOf(context, entry);
    const [before, after] = [entry.before, entry.after].map((row) =>
      shownValue(context, zone, column, row?.[column]),
    );
    if (before !== after && `${before}${after}`.length < 80)
      return t("audit.say.any.field", { ...values, field: fieldName(context, column), before, after });
  }
  const named = columns.slice(0, NAMED).map((name) => fieldName(context, name));
  const fields = [...new Set(named)].join(", ");
  return columns.length > NAMED
    ? t("audit.say.any.fields", { ...values, fields, count: columns.length - NAMED })
    : t("audit.say.any.update", { ...values, fields });
}

export function changedColumns({ before, after }: AuditEntryRead): string[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
}

/** Return the sentence of an entry of a usual kind, or null. */
function special(context: Context, entry: AuditEntryRead): string | null {
  const { t } = context;
  const { entity, action } = entry;
  const before: Values = entry.before ?? {};
  const after: Values = entry.after ?? {};
  const row: Values = { ...before, ...after };
  const who = whoDid(context, entry);
  const name = subjectOf(context, entry);
  const zone = zoneOf(context, entry);
  const has = (column: string) => action === "update" && column in after;
  const isSet = (column: string) => has(column) && after[column] !== null;
  const isCleared = (column: string) => has(column) && after[column] === null;
  const range = (values: Values) =>
    typeof values.during === "string" ? (rangeOf(context, zone, values.during) ?? "") : "";
  switch (entity) {
    case "appointment":
      return appointment(context, entry);
    case "visit":
      if (has("note")) return t("audit.say.visitNote", { who, name });
      return action === "insert" ? t("audit.say.visitAdded", { who, name }) : null;
    case "appointment_treatment": {
      const values = { who, guest: guestOf(context, entry), treatment: name };
      if (action === "insert") return t("audit.say.treatmentAdded", values);
      if (action === "delete") return t("audit.say.treatmentDropped", values);
      return t("audit.say.treatmentChanged", {
        ...values,
        fields: changedColumns(entry)
          .map((column) => fieldName(context, column))
          .join(", "),
      });
    }
    case "appointment_edit":
      return t(has("undone_at") ? "audit.say.editUndone" : "audit.say.edited", { who, name });
    case "customer":
      if (action === "insert") return t("audit.say.customerAdded", { who, name });
      if (isSet("erased_at")) return t("audit.say.customerErased", { who });
      if (isSet("merged_into_id"))
        return t("audit.say.customerMerged", {
          who,
          name,
          into: nameOf(context, after.merged_into_id) ?? t("audit.unnamed"),
        });
      if (isSet("archived_at")) return t("audit.say.customerArchived", { who, name });
      return isCleared("archived_at") ? t("audit.say.customerRestored", { who, name }) : null;
    case "consent":
      if (action !== "insert") return null;
      return t(after.granted === true ? "audit.say.consentGiven" : "audit.say.consentTaken", {
        ...{ who, name },
        purpose: shownValue(context, zone, "purpose", after.purpose),
      });
    case "shift":
      if (action === "insert") return t("audit.say.shiftAdded", { who, name, times: range(after) });
      if (action === "delete") return t("audit.say.shiftRemoved", { who, name, times: range(before) });
      if (has("staff_id"))
        return t("audit.say.shiftGiven", {
          who,
          from: nameOf(context, before.staff_id) ?? t("audit.unnamed"),
          to: nameOf(context, after.staff_id) ?? t("audit.unnamed"),
        });
      return has("during")
        ? t("audit.say.shiftMoved", { who, name, before: range(before), after: range(after) })
        : null;
    case "time_off":
      if (action === "insert")
        return t(after.status === "approved" ? "audit.say.leaveGiven" : "audit.say.leaveAsked", {
          ...{ who, name },
          times: range(after),
        });
      switch (has("status") ? after.status : null) {
        case "approved":
          return t("audit.say.leaveApproved", { who, name });
        case "refused":
          return t("audit.say.leaveRefused", { who, name });
        case "withdrawn":
          return t("audit.say.leaveWithdrawn", { who, name });
        default:
          return null;
      }
    case "outage":
      return action === "insert" ? t("audit.say.outageAdded", { who, name, times: range(after) }) : null;
    case "staff_skill":
    case "staff_branch": {
      const of = nameOf(context, row.service_id) ?? nameOf(context, row.branch_id) ?? t("audit.unnamed");
      if (action === "update") return null;
      if (entity === "staff_skill")
        return t(action === "insert" ? "audit.say.skillAdded" : "audit.say.skillRemoved", { who, name, of });
      return t(action === "insert" ? "audit.say.branchAdded" : "audit.say.branchRemoved", { who, name, of });
    }
    case "branch":
      if (isSet("closed_at")) return t("audit.say.branchClosed", { who, name });
      return isCleared("closed_at") ? t("audit.say.branchOpened", { who, name }) : null;
    case "resource":
    case "service_variant":
      if (isSet("retired_at")) return t("audit.say.retired", { who, name });
      return isCleared("retired_at") ? t("audit.say.restored", { who, name }) : null;
    case "role_assignment": {
      if (action === "update") return null;
      const role = shownValue(context, zone, "role", row.role);
      const branch = nameOf(context, row.branch_id);
      const of = branch === null ? role : t("users.roleIn", { role, branches: branch });
      return t(action === "insert" ? "audit.say.roleGiven" : "audit.say.roleTaken", { who, name, role: of });
    }
    case "user_account":
      if (action === "insert") return t("audit.say.userAdded", { who, name });
      if (isSet("disabled_at")) return t("audit.say.userLocked", { who, name });
      if (isCleared("disabled_at")) return t("audit.say.userUnlocked", { who, name });
      return has("password_hash") ? t("audit.say.passwordSet", { who, name }) : null;
    case "user_session":
      if (action === "insert") return t("audit.say.signedIn", { name });
      return isSet("ended_at") ? t("audit.say.signedOut", { name }) : null;
    case "invitation":
      if (action === "insert") return t("audit.say.invited", { who, name });
      if (isSet("accepted_at")) return t("audit.say.joined", { name });
      if (isSet("withdrawn_at")) return t("audit.say.inviteWithdrawn", { who, name });
      if (isSet("delivery_failed_at")) return t("audit.say.inviteFailed", { name });
      return has("token_hash") || isSet("sent_at") ? t("audit.say.inviteSent", { who, name }) : null;
    case "guest_link":
      if (action === "insert") return t("audit.say.linkAdded", { name });
      return isSet("revoked_at") ? t("audit.say.linkRevoked", { who, name }) : null;
    default:
      return null;
  }
}

function appointment(context: Context, entry: AuditEntryRead): string | null {
  const { t } = context;
  const who = whoDid(context, entry);
  const name = subjectOf(context, entry);
  const zone = zoneOf(context, entry);
  const before: Values = entry.before ?? {};
  const after: Values = entry.after ?? {};
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  if (entry.action === "insert") {
    const start = momentOf(context, zone, text(after.starts_at));
    return t(after.status === "held" ? "audit.say.held" : "audit.say.booked", { who, name, start });
  }
  if (entry.action === "delete") return null;
  if ("status" in after) {
    const [old, status] = [text(before.status), text(after.status)];
    const steps: Record<string, string> = t("audit.say.status", { returnObjects: true });
    const [from, to] = [PROGRESS.indexOf(old), PROGRESS.indexOf(status)];
    const isBack = to !== -1 && (to < from || from === -1) && status !== "held";
    if (isBack || steps[status] === undefined)
      return t("audit.say.statusBack", {
        ...{ who, name },
        before: shownValue(context, zone, "status", old),
        after: shownValue(context, zone, "status", status),
      });
    return t(`audit.say.status.${status as "confirmed"}`, { who, name });
  }
  if ("starts_at" in after) {
    const [old, start] = [text(before.starts_at), text(after.starts_at)];
    return t("audit.say.moved", {
      ...{ who, name },
      before: timeBeside(context, zone, old, start),
      after: momentOf(context, zone, start),
    });
  }
  if ("visit_id" in after) return t("audit.say.split", { who, name });
  if ("ends_at" in after && changedColumns(entry).length === 1)
    return t("audit.say.endMoved", {
      ...{ who, name },
      before: timeBeside(context, zone, text(before.ends_at), text(after.ends_at)),
      after: timeBeside(context, zone, text(after.ends_at), text(before.ends_at)),
    });
  return null;
}
