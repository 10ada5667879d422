/** Products as a list: what is typed finds them, and how many a branch has. Pure. */
import type { ProductRead } from "@/api/generated";
import { matches } from "@/booking/fold";

/** Return the products with the text in a name or in the number on the package. */
export function foundIn(products: readonly ProductRead[], text: string): ProductRead[] {
  const digits = text.trim();
  return products.filter(
    ({ name, sku }) => matches(`${name.vi} ${name.en}`, text) || (digits !== "" && sku?.includes(digits)),
  );
}

/** Return the pieces that a branch has. Null: it never had any. */
export function countIn({ stock }: Pick<ProductRead, "stock">, branchId: string): number | null {
  return stock.find(({ branch_id }) => branch_id === branchId)?.count ?? null;
}

/** Return `−2`, with a minus instead of a hyphen. */
export function signed(count: number): string {
  return count < 0 ? `−${-count}` : String(count);
}

/** Return `+12`, `−2`, or `±0`: what changed. */
export function changeOf(amount: number): string {
  return amount > 0 ? `+${amount}` : amount === 0 ? "±0" : signed(amount);
}
