/** Deposits in tests of the screens: a branch that asks for one, and the bank that notices its transfer. */
import { createHmac } from "node:crypto";
import type { APIRequestContext } from "@playwright/test";
import { makeOnlineSpa, type OnlineSpa } from "./book";
import { expect } from "./facts";

const KEY = "whsec_e2e";

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
  const account = `9704${Math.floor(Math.random() * 1e9)}`;
  const bank = { bin: "970436", number: account, holder: "SEN TRANG" };
  await spa.call("PUT", `branches/${spa.branch}/bank-account`, bank);
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

/** Send the notice of a transfer as SePay does. */
export async function transfer(request: APIRequestContext, spa: DepositSpa, amount: number, text: string) {
  const body = JSON.stringify({
    id: Math.floor(Math.random() * 1e12),
    transactionDate: "2026-12-01 10:00:00",
    accountNumber: spa.account,
    transferType: "in",
    content: text,
    transferAmount: amount,
  });
  const time = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", KEY).update(`${time}.${body}`).digest("hex");
  const answer = await request.post("/api/v1/bank-notices/sepay", {
    data: Buffer.from(body),
    headers: {
      "Content-Type": "application/json",
      "X-SePay-Timestamp": time,
      "X-SePay-Signature": `sha256=${signature}`,
    },
  });
  expect(answer.status()).toBe(200);
}
