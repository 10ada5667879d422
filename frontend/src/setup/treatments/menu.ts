/** The catalogue as an owner sees it: by category, found by what is typed, in an order that can be changed. Pure. */
import type { DeskAddOn, DeskCatalogue, DeskCategory, DeskService, DeskVariant } from "@/api/generated";
import { matches } from "@/booking/fold";

export interface Section {
  category: DeskCategory;
  services: DeskService[];
}

/** Return the categories with their services. With a text only what has it in a name, and nothing of what is empty then. */
export function sectionsOf(
  { categories, services }: DeskCatalogue,
  text: string,
  showsUnsold: boolean,
): Section[] {
  const sections = categories.map((category) => ({
    category,
    services: (showsUnsold ? services : soldOf(services)).filter(
      (service) =>
        service.category_id === category.id &&
        isNamed(text, service.name, category.name, ...service.variants.flatMap(({ name }) => name ?? [])),
    ),
  }));
  return text.trim() === "" ? sections : sections.filter((section) => section.services.length > 0);
}

export function addOnsOf({ add_ons }: DeskCatalogue, text: string, showsUnsold: boolean): DeskAddOn[] {
  return (showsUnsold ? add_ons : soldOf(add_ons)).filter(({ name }) => isNamed(text, name));
}

function isNamed(text: string, ...names: { vi: string; en: string }[]): boolean {
  return matches(names.map(({ vi, en }) => `${vi} ${en}`).join(" "), text);
}

/** Return the services or add-ons that are sold, online or at the desk. */
export function soldOf<Item extends Pick<DeskService, "offered">>(items: readonly Item[]): Item[] {
  return items.filter(({ offered }) => offered !== "no");
}

/** Return the first service that can be booked with its first variant, or null. */
export function firstSold({
  services,
}: DeskCatalogue): { service: DeskService; variant: DeskVariant } | null {
  for (const service of soldOf(services)) {
    const [variant] = variantsOf(service, false);
    if (variant !== undefined) return { service, variant };
  }
  return null;
}

/** Return the variants that are sold, or those that are not any more. */
export function variantsOf({ variants }: DeskService, isRetired: boolean): DeskVariant[] {
  return variants.filter(({ retired_at }) => (retired_at !== null) === isRetired);
}

export interface Placed {
  id: string;
  position: number;
}

/** Return the positions that change when something is moved one place up (-1) or down (1) in its list. */
export function moved(list: readonly Placed[], id: string, by: 1 | -1): Placed[] {
  const from = list.findIndex((item) => item.id === id);
  const other = list[from + by];
  const item = list[from];
  if (item === undefined || other === undefined) return [];
  const order = list.map((each) => (each.id === id ? other : each.id === other.id ? item : each));
  return order
    .map(({ id: placed, position }, index) => ({ id: placed, position: index, before: position }))
    .filter(({ position, before }) => position !== before)
    .map(({ id: placed, position }) => ({ id: placed, position }));
}

/** Return a position behind all others. */
export function nextPosition(list: readonly { position: number }[]): number {
  return Math.max(-1, ...list.map(({ position }) => position)) + 1;
}

export function keysOf(items: readonly { key: string }[]): Set<string> {
  return new Set(items.map(({ key }) => key));
}

/** Return a name of which one language will do. Both are empty: null. */
export function named(name: { vi: string; en: string }): { vi: string; en: string } | null {
  const [vi, en] = [name.vi.trim(), name.en.trim()];
  return vi === "" && en === "" ? null : { vi: vi || en, en: en || vi };
}
