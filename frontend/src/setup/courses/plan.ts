/** A course plan as an owner enters it. Pure. */
import type {
  CoursePlanCreate,
  CoursePlanRead,
  DeskCatalogue,
  DeskService,
  DeskVariant,
  ReturnPolicy,
} from "@/api/generated";
import { matches } from "@/booking/fold";
import { named } from "../treatments/menu";

export interface PlanValues {
  name: { vi: string; en: string };
  price: number;
  sessions: number;
  /** Null: a session can be used at any time. */
  validDays: number | null;
  policy: ReturnPolicy;
  /** Of one session, if a course is returned by list price. */
  listPrice: number;
  noShowUses: boolean;
  tax: string | null;
  variantIds: string[];
}

const NEW: PlanValues = {
  name: { vi: "", en: "" },
  price: 0,
  sessions: 10,
  validDays: 180,
  policy: "pro_rata",
  listPrice: 0,
  noShowUses: false,
  tax: null,
  variantIds: [],
};

export function valuesOf(plan: CoursePlanRead | undefined): PlanValues {
  if (plan === undefined) return NEW;
  return {
    name: plan.name,
    price: plan.price,
    sessions: plan.sessions,
    validDays: plan.valid_days,
    policy: plan.return_policy,
    listPrice: plan.list_price ?? 0,
    noShowUses: plan.no_show_uses_session,
    tax: plan.tax_category_id,
    variantIds: plan.variant_ids,
  };
}

/** Return the body of a request, without the key of a new plan. */
export function bodyOf(values: PlanValues): Omit<CoursePlanCreate, "key"> {
  return {
    name: named(values.name) ?? values.name,
    price: values.price,
    sessions: values.sessions,
    valid_days: values.validDays,
    return_policy: values.policy,
    list_price: values.policy === "list_price" ? values.listPrice : null,
    no_show_uses_session: values.noShowUses,
    tax_category_id: values.tax,
    variant_ids: values.variantIds,
  };
}

/** Return the plans with the text in a name: those that are sold, and behind them, if asked for, those that are not any more. */
export function foundIn(
  plans: readonly CoursePlanRead[],
  text: string,
  showsRetired: boolean,
): CoursePlanRead[] {
  const found = plans.filter(
    ({ name, retired_at }) => (showsRetired || retired_at === null) && matches(`${name.vi} ${name.en}`, text),
  );
  const isSold = ({ retired_at }: CoursePlanRead) => retired_at === null;
  return [...found.filter(isSold), ...found.filter((plan) => !isSold(plan))];
}

export interface Choice {
  service: DeskService;
  variants: DeskVariant[];
}

/** Return the treatments that a session can pay: those that are sold, and those that are chosen already. `first`: the variants
    that stand before all others. */
export function choicesOf(
  { services }: DeskCatalogue,
  chosen: readonly string[],
  first: readonly string[],
  text: string,
): Choice[] {
  const isFirst = ({ variants }: Choice) => variants.some(({ id }) => first.includes(id));
  const choices = services
    .map((service) => ({
      service,
      variants: service.variants.filter(
        ({ id, retired_at }) => chosen.includes(id) || (retired_at === null && service.offered !== "no"),
      ),
    }))
    .filter(
      ({ service, variants }) =>
        variants.length > 0 && matches(`${service.name.vi} ${service.name.en}`, text),
    );
  return [...choices.filter(isFirst), ...choices.filter((choice) => !isFirst(choice))];
}

/** Return the variants with these added, or taken off if all of them are chosen. */
export function toggledAll(chosen: readonly string[], ids: readonly string[]): string[] {
  const others = chosen.filter((id) => !ids.includes(id));
  return ids.every((id) => chosen.includes(id)) ? others : [...others, ...ids];
}

/** What a session costs, and how much less that is than the cheapest treatment that it pays. */
export interface Worth {
  each: number;
  /** Percent; 0: it is no less. */
  saves: number;
}

export function worthOf(
  { price, sessions, variantIds }: Pick<PlanValues, "price" | "sessions" | "variantIds">,
  menu: DeskCatalogue | undefined,
): Worth | null {
  if (price === 0 || sessions < 1) return null;
  const each = Math.round(price / sessions);
  const prices = (menu?.services ?? [])
    .flatMap(({ variants }) => variants)
    .filter(({ id }) => variantIds.includes(id))
    .map((variant) => variant.price);
  const least = Math.min(...prices);
  return { each, saves: Number.isFinite(least) && each < least ? Math.round(100 * (1 - each / least)) : 0 };
}
