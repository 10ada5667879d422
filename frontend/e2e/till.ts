/** A branch with an open drawer, and what is asked of its money past the screens. */
import type { Page } from "@playwright/test";
import { expect, signIn } from "./facts";
import type { TestSpa, TestVisit } from "./spa";

export interface TestBill {
  id: string;
  status: string;
  number: number | null;
  total: number;
  tip: number;
  due: number;
  paid: number;
  lines: { id: string; kind: string; gross: number; item_id: string | null; quantity: number }[];
  tips: { staff_name: string; amount: number }[];
  payments: {
    method: string;
    amount: number;
    tendered: number | null;
    reference: string;
    refunded: number;
  }[];
  refunds: { amount: number; reason: string }[];
}

export interface TestDrawer {
  session: { id: string; expected: number; movements: { kind: string; amount: number }[] } | null;
  left: number;
}

export async function openDrawerOf(spa: TestSpa, counted = 0): Promise<void> {
  await spa.call("POST", "drawer-sessions", { branch_id: spa.branch, counted });
}

export const drawerOf = (spa: TestSpa) =>
  spa.call<TestDrawer>("GET", `drawer-sessions/current?branch_id=${spa.branch}`);

/** Return the newest bill of a branch. */
export async function billOf(spa: TestSpa): Promise<TestBill> {
  const { items } = await spa.call<{ items: TestBill[] }>("GET", `sales?branch_id=${spa.branch}`);
  return await spa.call<TestBill>("GET", `sales/${items[0]?.id}`);
}

/** Open a bill of a visit past the screens. */
export const billVisit = (spa: TestSpa, visit: TestVisit, content: object = {}) =>
  spa.call<TestBill>("POST", "sales", { branch_id: spa.branch, visit_ids: [visit.id], content });

export const pay = (spa: TestSpa, bill: TestBill, ...payments: object[]) =>
  spa.call<TestBill>("POST", `sales/${bill.id}/payments`, { payments });

export const cardOf = (page: Page, visit: TestVisit, guest = 0) =>
  page.locator(`[data-card^="${visit.appointments[guest]?.treatments[0]?.id}/"]`).first();

/** Sign in and open the board of today, or another page of the branch. */
export async function openDesk(
  page: Page,
  spa: TestSpa,
  path = "board",
  role: "admin" | "receptionist" = "receptionist",
): Promise<void> {
  const [name, more = ""] = path.split("?");
  await signIn(page, role, `/desk/${name}?branch=${spa.branch}&${more}`);
}

export const sheet = (page: Page) => page.locator("[data-bill][role=dialog]");

export async function expectDue(page: Page, amount: string): Promise<void> {
  await expect(sheet(page).locator("[data-due]")).toHaveText(amount);
}
