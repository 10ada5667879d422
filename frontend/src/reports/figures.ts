/** Sums, shares and scales of reports. Everything here is pure. */
import type { DayLine, DayReport, ItemLine, KindSold } from "@/api/generated";

/** The figures of a day, a month or a branch. */
export type ReportLine = Omit<DayLine, "day">;
export type Figures = Omit<DayReport, "day" | "branches">;
type Sold = Omit<KindSold, "kind">;

/** Return the sum of the lines of some days. */
export function sumOf(lines: readonly ReportLine[]): Required<ReportLine> {
  const sum = { bills: 0, revenue: 0, tax: 0, tips: 0, received: 0, refunded: 0 };
  for (const line of lines)
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += line[name] ?? 0;
  return sum;
}

/** Return by how many percent something has changed; null: there was nothing before, or less than nothing. */
export function changeOf(now: number, before: number): number | null {
  return before > 0 ? Math.round(((now - before) / before) * 100) : null;
}

/** Return how many percent of the whole a part is. */
export function shareOf(part: number, whole: number): number {
  return whole > 0 ? Math.round((100 * part) / whole) : 0;
}

export interface Scale {
  top: number;
  bottom: number;
  /** The values at which there is a line, from the bottom to the top. */
  lines: number[];
}

/** Return a scale of about four round steps with 0 and all values on it. */
export function scaleOf(values: readonly number[]): Scale {
  const [most, least] = [Math.max(0, ...values), Math.min(0, ...values)];
  const step = roundStep((most - least) / 4);
  const bottom = Math.floor(least / step) * step;
  const top = Math.max(Math.ceil(most / step), bottom / step + 1) * step;
  return {
    top,
    bottom,
    lines: Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, index) => bottom + index * step),
  };
}

/** Return the next of 1, 2, 5, 10, 20, 25, 50 and so on, which are whole. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  const digits = power === 1 ? [1, 2, 5] : [1, 2, 2.5, 5];
  return (digits.find((digit) => digit * power >= step) ?? 10) * power;
}

export interface ItemGroup extends Required<Sold> {
  /** The id of the category, or the kind of what is no service. */
  id: string;
  kind: ItemLine["kind"];
  category: ItemLine["category"];
  items: ItemLine[];
}

/** Return what was sold by category of the services, and by kind of all else: the most revenue first. */
export function groupItems(items: readonly ItemLine[]): ItemGroup[] {
  const groups = new Map<string, ItemGroup>();
  for (const item of items) {
    const id = item.category_id ?? item.kind;
    let group = groups.get(id);
    if (group === undefined) {
      const sums = { quantity: 0, price: 0, discount: 0, refunded: 0, gross: 0, tax: 0, net: 0 };
      group = { ...sums, id, kind: item.kind, category: item.category, items: [] };
      groups.set(id, group);
    }
    group.items.push(item);
    for (const name of ["quantity", "price", "discount", "refunded", "gross", "tax", "net"] as const)
      group[name] += item[name] ?? 0;
  }
  const byRevenue = (one: Sold, other: Sold) => (other.net ?? 0) - (one.net ?? 0);
  const sorted = [...groups.values()].sort(byRevenue);
  return sorted.map((group) => ({ ...group, items: group.items.sort(byRevenue) }));
}

/** Return whether a report has anything that is not 0. */
export function hasFigures({ kinds = [], payments = [], ...figures }: Figures): boolean {
  return (
    kinds.length > 0 ||
    payments.length > 0 ||
    Object.values(figures).some((value) => typeof value === "number" && value !== 0)
  );
}
