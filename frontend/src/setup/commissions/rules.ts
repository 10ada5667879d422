/** Rules of commissions as the owner's page shows and sends them. Everything here is pure. */
import type { CommissionRuleCreate, CommissionRuleRead, CommissionScope } from "@/api/generated";
import type { Language } from "@/app/preferences";
import { percentOf, readPercent } from "../percent";

/** From all to one, in the order of the choices. */
export const SCOPES = [
  "all",
  "services",
  "category",
  "service",
  "products",
  "product",
  "courses",
  "course",
] as const satisfies readonly CommissionScope[];

const OF_ONE_THING: ReadonlySet<CommissionScope> = new Set(["category", "service", "product", "course"]);

export function isOfOneThing(scope: CommissionScope): boolean {
  return OF_ONE_THING.has(scope);
}

/** What a treatment, a piece or a course is called in `60.000đ mỗi lượt`. */
export function unitOf(scope: CommissionScope): "treatment" | "piece" | "course" | "any" {
  if (scope === "product" || scope === "products") return "piece";
  if (scope === "course" || scope === "courses") return "course";
  return scope === "all" ? "any" : "treatment";
}

export interface RuleValues {
  /** Empty: everybody. */
  staffId: string;
  scope: CommissionScope;
  thingId: string;
  /** Empty: every branch. */
  branchId: string;
  isPercent: boolean;
  percent: string;
  amount: number;
  firstDay: string;
  /** Empty: it has no end. */
  lastDay: string;
}

/** Return the values of a new rule, or of one that follows another. */
export function newValues(
  firstDay: string,
  branchId: string,
  before: CommissionRuleRead | undefined,
  language: Language,
): RuleValues {
  return {
    staffId: before?.staff_id ?? "",
    scope: before?.scope ?? "services",
    thingId: before?.thing_id ?? "",
    branchId: before === undefined ? branchId : (before.branch_id ?? ""),
    isPercent: before === undefined || before.rate !== null,
    percent: before?.rate == null ? "" : percentOf(before.rate, language),
    amount: before?.amount ?? 0,
    firstDay,
    lastDay: "",
  };
}

/** Return what the API takes. What is no percentage is sent as one that it refuses. */
export function bodyOf(values: RuleValues): CommissionRuleCreate {
  return {
    branch_id: values.branchId || null,
    staff_id: values.staffId || null,
    scope: values.scope,
    thing_id: (isOfOneThing(values.scope) && values.thingId) || null,
    ...(values.isPercent ? { rate: readPercent(values.percent) ?? -1 } : { amount: values.amount }),
    first_day: values.firstDay,
    last_day: values.lastDay || null,
  };
}

export interface Group {
  /** null: everybody. */
  staffId: string | null;
  rules: CommissionRuleRead[];
}

export function hasEnded({ last_day }: CommissionRuleRead, today: string): boolean {
  return last_day !== null && last_day < today;
}

/** Return the rules for everybody, then those of each person by the order of the people. Wide ones come first, and of those for
    the same the newest. */
export function groupsOf(
  rules: readonly CommissionRuleRead[],
  people: readonly { id: string }[],
  today: string,
  showsEnded: boolean,
): Group[] {
  const shown = rules.filter((rule) => showsEnded || !hasEnded(rule, today));
  const order = new Map<string, number>(SCOPES.map((scope, index) => [scope, index]));
  const sorted = [...shown].sort(
    (one, other) =>
      (order.get(one.scope) ?? 0) - (order.get(other.scope) ?? 0) ||
      (one.thing_id ?? "").localeCompare(other.thing_id ?? "") ||
      other.first_day.localeCompare(one.first_day),
  );
  return [null, ...people.map(({ id }) => id)]
    .map((staffId) => ({ staffId, rules: sorted.filter((rule) => rule.staff_id === staffId) }))
    .filter((group) => group.rules.length > 0);
}
