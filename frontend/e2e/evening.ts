/** A couple pays half in cash and half by VietQR, with a tip; one treatment is refunded, and the drawer is closed. */
import { createHmac } from "node:crypto";
import type { APIRequestContext, APIResponse, Page } from "@playwright/test";
import { expect } from "./facts";
import { makeSpa, type TestSpa } from "./spa";
import { billOf, billVisit, expectDue, openDesk, openDrawerOf, sheet, type TestBill } from "./till";

const ACCOUNT = { bin: "970436", number: "0123456789", holder: "CONG TY SEN TRANG" };
const SEPAY_KEY = "whsec_e2e";

/** What is asked of a notice past its signature. */
export interface Transfer {
  id: number;
  text: string;
  amount: number;
}

/** Send what SePay sends when money has arrived. */
export async function sendNotice(
  request: APIRequestContext,
  { id, text, amount }: Transfer,
  key = SEPAY_KEY,
): Promise<APIResponse> {
  const now = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    ...{ id, transactionDate: "2026-12-01 10:00:00", accountNumber: ACCOUNT.number, transferType: "in" },
    ...{ content: `${text} chuyen tien`, transferAmount: amount },
  });
  const signature = createHmac("sha256", key).update(`${now}.${body}`).digest("hex");
  return await request.post("/api/v1/bank-notices/sepay", {
    data: Buffer.from(body),
    headers: {
      "Content-Type": "application/json",
      "X-SePay-Timestamp": String(now),
      "X-SePay-Signature": `sha256=${signature}`,
    },
  });
}

export interface Evening {
  spa: TestSpa;
  bill: TestBill;
}

/** Work the evening on the screen, in a branch with the fields `policy`. For pictures: `look` is called with the name of
    what is shown. */
export async function workEvening(
  page: Page,
  request: APIRequestContext,
  {
    policy = {},
    look = () => Promise.resolve(),
  }: { policy?: object; look?: (name: string) => Promise<void> } = {},
): Promise<Evening> {
  const spa = await makeSpa(request, { policy });
  await spa.call("PUT", `branches/${spa.branch}/bank-account`, ACCOUNT);
  await openDrawerOf(spa, 500_000);
  const opened = await billVisit(spa, await spa.book(["Chị Mai", "Anh Khoa"]), { tip: 60_001 });
  await openDesk(page, spa, `bills?bill=${opened.id}`, "admin");
  await expectDue(page, "960.001đ");
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByLabel("Số tiền thu").fill("480000");
  await page.getByLabel("Khách đưa").fill("500000");
  await look("checkout");
  await page.getByRole("button", { name: "Thu 480.000đ" }).click();
  await expectDue(page, "480.001đ");

  await page.getByRole("button", { name: "Chuyển khoản", exact: true }).click();
  await page.getByRole("button", { name: "Cho khách quét" }).click();
  await expect(page.getByRole("heading", { name: "Quét mã QR để chuyển khoản" })).toBeVisible();
  await look("guest-qr");
  const { purpose, amount } = await spa.call<{ purpose: string; amount: number }>(
    "GET",
    `sales/${opened.id}/vietqr`,
  );
  const transfer = { id: Math.floor(Math.random() * 1e9), text: purpose, amount };
  expect((await sendNotice(request, transfer, "another key")).status()).toBe(401);
  expect((await billOf(spa)).paid).toBe(480_000);
  expect((await sendNotice(request, transfer)).status()).toBe(200);
  expect((await sendNotice(request, transfer)).status()).toBe(200); // again: nothing twice
  await expect(sheet(page).locator("[data-closed=closed]")).toContainText("Đã thanh toán 960.001đ");

  await page.getByRole("button", { name: "Hoàn tiền", exact: true }).click();
  await sheet(page).getByRole("checkbox").first().check();
  await page.getByLabel("Lý do").fill("Khách không hài lòng");
  await look("refund");
  await page.getByRole("button", { name: "Hoàn 450.000đ" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Hoàn tiền" }).click();
  await expect(sheet(page).getByRole("region", { name: "Lần hoàn tiền" })).toContainText("−450.000đ");
  await page.getByRole("button", { name: "Xong" }).click();

  await page.goto(`/desk/drawer?branch=${spa.branch}`);
  await page.getByRole("button", { name: "Chốt ca" }).click();
  await page.getByLabel("Tiền thực đếm").fill("530000");
  await page.getByRole("button", { name: "Chốt ca" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Chốt ca" }).click();
  await expect(page.locator("[data-z-report]").first()).toContainText("Báo cáo Z số 1");
  await look("z-report");
  return { spa, bill: await billOf(spa) };
}
