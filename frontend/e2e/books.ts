/** A branch that has taken money, and what its reports are to say. */
import type { APIRequestContext } from "@playwright/test";
import { makeSpa, type TestSpa } from "./spa";
import { billVisit, openDrawerOf, pay, type TestBill } from "./till";

/** Return the id of a product that the demo spa sells. */
export async function productOf(spa: TestSpa): Promise<{ id: string; price: number }> {
  const [product] = await spa.call<{ id: string; price: number }[]>("GET", "products");
  if (product === undefined) throw new Error("no product in the demo spa");
  return product;
}

export interface Books extends TestSpa {
  /** A massage that was paid in cash, with a tip. */
  paid: TestBill;
  /** Another one, half of it by card, of which everything was given back. */
  refunded: TestBill;
}

/** Make a branch in which everybody earns a tenth, with two bills of today: 450.000đ and a tip of 50.000đ in cash, and
    450.000đ by card that were given back. */
export async function makeBooks(request: APIRequestContext): Promise<Books> {
  const spa = await makeSpa(request);
  await spa.call("POST", "commission-rules", {
    ...{ branch_id: spa.branch, scope: "services", rate: 1000 },
    first_day: "2026-01-01",
  });
  await openDrawerOf(spa, 500_000);
  const [first, second] = [await spa.book(["Chị Mai"]), await spa.book(["Anh Khoa"])];
  const paid = await billVisit(spa, first, { tip: 50_000 });
  await pay(spa, paid, { method: "cash", amount: 500_000 });
  const refunded = await billVisit(spa, second);
  await pay(spa, refunded, { method: "card", amount: 450_000 });
  await spa.call("POST", `sales/${refunded.id}/refunds`, {
    lines: [{ line_id: refunded.lines[0]?.id }],
    reason: "Chờ lâu",
  });
  return { ...spa, paid, refunded };
}
