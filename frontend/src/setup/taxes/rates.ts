/** Rates of VAT: hundredths of a percent, each from a day on. Pure. */
import type { DatedRate, DeskCatalogue, ProductRead, TaxCategoryRead } from "@/api/generated";
import { addDays } from "@/board/time";

export interface Span {
  rate: number;
  /** The first day. Null: also all days before. */
  from: string | null;
  /** The last day. Null: until it is changed. */
  until: string | null;
  isNow: boolean;
}

/** Return the times of the rates, the earliest first. `rates`: in order, as the API has them. */
export function spansOf(rates: readonly DatedRate[], today: string): Span[] {
  return rates.map(({ rate, from_day }, index) => {
    const next = rates[index + 1]?.from_day;
    const from = index === 0 ? null : from_day;
    const until = next === undefined ? null : addDays(next, -1);
    const isNow = (from === null || from <= today) && (until === null || today <= until);
    return { rate, from, until, isNow };
  });
}

/** Return the rate of a day. */
export function rateOn(rates: readonly DatedRate[], day: string): number {
  return spansOf(rates, day).find(({ isNow }) => isNow)?.rate ?? 0;
}

/** What a category taxes: what has chosen it, and for the default all that has chosen none. */
export interface Uses {
  services: DeskCatalogue["services"];
  addOns: DeskCatalogue["add_ons"];
  products: ProductRead[];
}

export function usesOf(
  { id, is_default }: Pick<TaxCategoryRead, "id" | "is_default">,
  menu: DeskCatalogue,
  products: readonly ProductRead[],
): Uses {
  const isTaxed = ({ tax_category_id }: { tax_category_id: string | null }) =>
    tax_category_id === id || (is_default && tax_category_id === null);
  return {
    services: menu.services.filter((service) => service.offered !== "no" && isTaxed(service)),
    // One that has chosen none has that of the service to which it is added.
    addOns: menu.add_ons.filter((addOn) => addOn.offered !== "no" && addOn.tax_category_id === id),
    products: products.filter(isTaxed),
  };
}
