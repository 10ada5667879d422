/** What the page of commissions asks the API for, and how it names rules. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import {
  type Bilingual,
  type CommissionRuleRead,
  type CommissionScope,
  listCommissionRules,
  listCoursePlans,
  listProducts,
} from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { useStaff } from "../people/data";
import { percentOf } from "../percent";
import { useMenu } from "../treatments/data";
import { unitOf } from "./rules";

const RULES = queryOptions({
  queryKey: ["commission-rules"],
  queryFn: () => call(listCommissionRules()),
});
const PRODUCTS = queryOptions({ queryKey: ["products", "owner"], queryFn: () => call(listProducts()) });
const PLANS = queryOptions({ queryKey: ["course-plans", "owner"], queryFn: () => call(listCoursePlans()) });

export function useRulesChanged(): () => void {
  const cache = useQueryClient();
  return () => {
    for (const queryKey of [RULES.queryKey, ["commission-check"]]) void cache.invalidateQueries({ queryKey });
  };
}

/** All that the page needs, or what could not be read. */
export function useCommissions() {
  const queries = {
    rules: useQuery(RULES),
    staff: useStaff(),
    menu: useMenu(),
    products: useQuery(PRODUCTS),
    plans: useQuery(PLANS),
  };
  const { rules, staff, menu, products, plans } = queries;
  const all = Object.values(queries);
  const isLoaded =
    rules.data && staff.data && menu.data && products.data && plans.data
      ? {
          rules: rules.data,
          people: staff.data,
          menu: menu.data,
          products: products.data,
          plans: plans.data,
        }
      : undefined;
  return {
    data: isLoaded,
    error: all.find(({ error }) => error !== null)?.error ?? null,
    retry: () => all.forEach((query) => void query.refetch()),
  };
}

export type CommissionData = NonNullable<ReturnType<typeof useCommissions>["data"]>;

/** The things that a scope of one thing can name. */
export function thingsOf(
  { menu, products, plans }: CommissionData,
  scope: CommissionScope,
): readonly { id: string; name: Bilingual }[] {
  switch (scope) {
    case "category":
      return menu.categories;
    case "service":
      return menu.services;
    case "product":
      return products;
    case "course":
      return plans;
    default:
      return [];
  }
}

/** Return how to name what a rule is for, and how much it pays. */
export function useRuleNames(data: CommissionData) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const whatOf = ({ scope, thing_id }: Pick<CommissionRuleRead, "scope" | "thing_id">): string => {
    const thing = thingsOf(data, scope).find(({ id }) => id === thing_id);
    if (thing === undefined) return t(`commissions.scope.${scope}`);
    const name = inLanguage(thing.name, language);
    return scope === "category" ? t("commissions.inCategory", { name }) : name;
  };
  const payOf = ({ scope, rate, amount }: Pick<CommissionRuleRead, "scope" | "rate" | "amount">): string =>
    rate !== null
      ? `${percentOf(rate, language)}%`
      : t(`commissions.each.${unitOf(scope)}`, { amount: money(amount ?? 0) });
  const whoOf = (staffId: string | null): string =>
    staffId === null
      ? t("commissions.everybody")
      : (data.people.find(({ id }) => id === staffId)?.full_name ?? "…");
  return { whatOf, payOf, whoOf };
}
