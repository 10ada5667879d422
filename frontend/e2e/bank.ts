/** A bank account that a service watches, and the transfers that it tells of, signed as SePay signs them. */
import { createHmac } from "node:crypto";
import type { APIRequestContext } from "@playwright/test";
import { expect } from "./facts";
import type { TestSpa } from "./spa";

/** The key that the server of the tests has (`tests/e2e/server.py`). */
const KEY = "whsec_e2e";
let told = 0;

/** Give the branch an account of its own, and return its number. */
export async function giveBankAccount(spa: TestSpa): Promise<string> {
  const number = `${Date.now()}${Math.floor(Math.random() * 1_000)}`;
  await spa.call("PUT", `branches/${spa.branch}/bank-account`, {
    bin: "970436",
    number,
    holder: "SPA SEN TRANG",
  });
  return number;
}

/** Let the bank tell of a transfer. */
export async function transferTo(
  request: APIRequestContext,
  accountNumber: string,
  transferAmount: number,
  content: string,
): Promise<void> {
  told += 1;
  const id = process.pid * 100_000 + told;
  const data = JSON.stringify({
    ...{ id, accountNumber, transferAmount, content, transferType: "in", gateway: "Vietcombank" },
    transactionDate: new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 19).replace("T", " "),
  });
  const stamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", KEY).update(`${stamp}.${data}`).digest("hex");
  const answer = await request.post("/api/v1/bank-notices/sepay", {
    data,
    headers: {
      "Content-Type": "application/json",
      "X-SePay-Timestamp": stamp,
      "X-SePay-Signature": `sha256=${signature}`,
    },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}
