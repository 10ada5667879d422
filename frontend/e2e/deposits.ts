/** A branch that asks guests who book online for a deposit, and what is known of it past the screens. */
import type { APIRequestContext } from "@playwright/test";
import { giveBankAccount } from "./bank";
import { makeOnlineSpa, type OnlineSpa } from "./book";
import { newPhone } from "./people";
import type { TestVisit } from "./spa";

export interface TestDeposit {
  id: string;
  visit_id: string;
  state: string;
  amount: number;
  balance: number;
  transfer_code: string;
}

export interface DepositSpa extends OnlineSpa {
  /** The number of its bank account. */
  account: string;
}

/** Make a spa that takes bookings online for a deposit of 30 %. */
export async function makeDepositSpa(request: APIRequestContext): Promise<DepositSpa> {
  const spa = await makeOnlineSpa(request);
  const account = await giveBankAccount(spa);
  await spa.call("PATCH", `branches/${spa.branch}`, { deposit_percent: 30 });
  return { ...spa, account };
}

/** Return the newest deposit of the branch. */
export async function depositOf(spa: OnlineSpa): Promise<TestDeposit> {
  const path = `deposits?branch_id=${spa.branch}&open=false`;
  const [deposit] = (await spa.call<{ items: TestDeposit[] }>("GET", path)).items;
  if (deposit === undefined) throw new Error("no deposit");
  return deposit;
}

/** Book tomorrow at 10 as a guest without an account, and return the visit, which is held for its deposit. */
export async function bookOnline(request: APIRequestContext, spa: OnlineSpa): Promise<TestVisit> {
  const key = spa.page.replace("/book/", "");
  const held = await request.post(`/api/v1/public/branches/${key}/visits`, {
    data: { start: spa.at(10), guests: [{ treatments: [{ variant_id: spa.variants[0] }] }] },
    headers: { "Idempotency-Key": crypto.randomUUID() },
  });
  const { token } = (await held.json()) as { token: string };
  await request.post(`/api/v1/public/visits/${token}/confirm`, {
    data: { full_name: "Nguyễn Thị Mai", phone: newPhone() },
  });
  return await spa.call<TestVisit>("GET", `visits/${(await depositOf(spa)).visit_id}`);
}
