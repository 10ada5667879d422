/** What can be booked, as the desk sees it. Pure. */
import type { Bilingual, DeskAddOn, DeskCatalogue } from "@/api/generated";

export interface Offer {
  id: string;
  serviceId: string;
  name: Bilingual;
  /** What tells it from other variants of the service. */
  variantName: Bilingual | null;
  category: Bilingual;
  /** The guest's time. */
  minutes: number;
  price: number;
  addOns: DeskAddOn[];
}

export interface Catalogue {
  /** In the order of the catalogue. */
  offers: Offer[];
  byId: Map<string, Offer>;
  /** Whether a variant or an add-on can be booked today. */
  isSold: (id: string) => boolean;
}

export function toCatalogue({ categories, services, add_ons }: DeskCatalogue): Catalogue {
  const addOns = new Map(add_ons.filter(({ offered }) => offered !== "no").map((addOn) => [addOn.id, addOn]));
  const offers = services
    .filter(({ offered }) => offered !== "no")
    .flatMap((service) => {
      const category = categories.find(({ id }) => id === service.category_id)?.name ?? service.name;
      return service.variants
        .filter(({ retired_at }) => retired_at === null)
        .map((variant) => ({
          id: variant.id,
          serviceId: service.id,
          name: service.name,
          variantName: variant.name,
          category,
          minutes: variant.segments.reduce(
            (sum, segment) => sum + (segment.with_guest === false ? 0 : segment.minutes),
            0,
          ),
          price: variant.price,
          addOns: service.add_on_ids.flatMap((id) => addOns.get(id) ?? []),
        }));
    });
  const byId = new Map(offers.map((offer) => [offer.id, offer]));
  return { offers, byId, isSold: (id) => byId.has(id) || addOns.has(id) };
}
