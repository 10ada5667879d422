/** Deposits of guests who book online: the page with the code turns to booked by itself, with JavaScript and without. */
import { booked, confirm, fillIn, hold, openPhone, statuses } from "./book";
import { depositOf, makeDepositSpa, transfer } from "./deposits";
import { expect, test } from "./facts";
import { violationsOf } from "./violations";

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";

  test(`the page of a deposit turns to booked ${how} JavaScript`, async ({ browser, request }) => {
    test.setTimeout(60_000); // without JavaScript a page reloads itself after 15 seconds
    const spa = await makeDepositSpa(request);
    const page = await openPhone(browser, { javaScriptEnabled });
    await hold(page, spa, "10:00");
    await expect(page.getByText(/Chi nhánh nhận cọc 135.000đ/)).toBeVisible();
    await fillIn(page);
    await confirm(page).click();
    await expect(page.getByRole("heading", { name: "Chuyển cọc để giữ lịch" })).toBeVisible();
    const deposit = await depositOf(spa);
    await expect(page.getByRole("img", { name: `nội dung ${deposit.transfer_code}` })).toBeVisible();
    await expect(page.getByText("Giữ chỗ chờ tiền cọc đến")).toBeVisible();
    expect(await statuses(spa)).toEqual(["held"]);

    await transfer(request, spa, 35_000, `${deposit.transfer_code} chuyen tien`);
    await expect(page.getByText("Đã nhận 35.000đ, còn 100.000đ.")).toBeVisible({ timeout: 20_000 });
    await transfer(request, spa, 100_000, deposit.transfer_code);
    await expect(booked(page)).toBeVisible({ timeout: 20_000 });
    await expect(page.getByText("Đã nhận 135.000đ")).toBeVisible();
    expect(await statuses(spa)).toEqual(["confirmed"]);
    await page.context().close();
  });
}

test("the page of a deposit fits a small phone, and violates nothing of WCAG 2.2 AA", async ({
  browser,
  request,
}) => {
  const spa = await makeDepositSpa(request);
  const page = await openPhone(browser, { bypassCSP: true, viewport: { width: 320, height: 640 } });
  await hold(page, spa, "10:00");
  expect(await violationsOf(page)).toEqual([]);
  await fillIn(page);
  await confirm(page).click();
  await expect(page.getByRole("heading", { name: "Chuyển cọc để giữ lịch" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Bỏ giữ chỗ" }).click();
  await expect(page.getByRole("heading", { name: "Hết giờ giữ chỗ" })).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.context().close();
});
