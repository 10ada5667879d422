/** Deposits of guests who book online: the page with the code turns to booked by itself, with JavaScript and without; the desk
    deducts a deposit from the bill, or sends it back. */
import { transferTo } from "./bank";
import { booked, confirm, fillIn, hold, openPhone, statuses } from "./book";
import { bookOnline, depositOf, makeDepositSpa } from "./deposits";
import { expect, signIn, test } from "./facts";
import { makeSpa } from "./spa";
import { billOf, billVisit, cardOf, expectDue, openDesk, openDrawerOf, sheet } from "./till";
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

    await transferTo(request, spa.account, 35_000, `${deposit.transfer_code} chuyen tien`);
    await expect(page.getByText("Đã nhận 35.000đ, còn 100.000đ.")).toBeVisible({ timeout: 20_000 });
    await transferTo(request, spa.account, 100_000, deposit.transfer_code);
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

test("the card says what is missing, and the checkout deducts the deposit in one tap", async ({
  page,
  request,
}) => {
  const spa = await makeDepositSpa(request);
  await openDrawerOf(spa);
  const visit = await bookOnline(request, spa);
  await openDesk(page, spa, `board?day=${spa.tomorrow}`);
  await cardOf(page, visit).click();
  await expect(page.locator("[data-deposit-state=waiting]")).toHaveText("Chờ cọc 135.000đ");
  await transferTo(request, spa.account, 135_000, (await depositOf(spa)).transfer_code);
  await expect(page.locator("[data-deposit-state=kept]")).toHaveText("Đã cọc 135.000đ", { timeout: 20_000 });

  const bill = await billVisit(spa, visit);
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  await sheet(page).getByRole("button", { name: "Trừ cọc 135.000đ" }).click();
  await expectDue(page, "315.000đ");
  await expect(sheet(page).locator("[data-payment=deposit]")).toContainText("135.000đ");
  expect(await violationsOf(page, { exclude: ["header"] })).toEqual([]);
  await page.getByRole("button", { name: "Tiền mặt", exact: true }).click();
  await page.getByRole("button", { name: "Thu 315.000đ" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  expect((await billOf(spa)).payments.map(({ method }) => method)).toEqual(["deposit", "cash"]);
  expect((await depositOf(spa)).state).toBe("settled");
});

test("a transfer of too much is taken for the deposit that it names", async ({ page, request }) => {
  const spa = await makeDepositSpa(request);
  await bookOnline(request, spa);
  await transferTo(request, spa.account, 200_000, `${(await depositOf(spa)).transfer_code} chuyen tien`);
  await openDesk(page, spa, "transfers");
  const waiting = page.getByRole("article", { name: "Khoản chuyển 200.000đ" });
  await expect(waiting).toContainText("Cọc của Nguyễn Thị Mai, còn chờ 135.000đ");
  await waiting.getByRole("button", { name: "Nhận cọc 135.000đ" }).click();
  await expect(page.getByText("Đã nhận cọc của Nguyễn Thị Mai.")).toBeVisible();
  await expect(page.getByRole("article", { name: "Khoản chuyển 65.000đ" })).toBeVisible();
  expect(await statuses(spa)).toEqual(["confirmed"]);
});

test("the deposit of a cancelled visit is owed until the desk notes that it was sent", async ({
  page,
  request,
}) => {
  const spa = await makeDepositSpa(request);
  const visit = await bookOnline(request, spa);
  await transferTo(request, spa.account, 135_000, (await depositOf(spa)).transfer_code);
  await spa.call("PUT", `visits/${visit.id}/status`, { status: "cancelled" });
  await openDesk(page, spa, "bills");
  await page.getByRole("link", { name: "Tiền cọc 1 cần hoàn" }).click();
  const row = page.getByRole("listitem", { name: "Nguyễn Thị Mai" });
  await expect(row).toContainText("Cần hoàn cọc 135.000đ");
  expect(await violationsOf(page)).toEqual([]);
  await row.getByRole("button", { name: "Hoàn cọc" }).click();
  await page.getByRole("button", { name: "Đã chuyển khoản" }).click();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Ghi đã hoàn cọc" }).click();
  await expect(page.getByText("Đã ghi hoàn cọc 135.000đ.")).toBeVisible();
  await expect(page.getByText("Chưa có khoản cọc nào.")).toBeVisible();
  await page.getByRole("button", { name: "Tất cả" }).click();
  await expect(row).toContainText("Cọc 135.000đ, đã xong");
});

test("an owner lets a branch ask for deposits, once it has a bank account", async ({ page, request }) => {
  const spa = await makeSpa(request, { policy: { online_booking: true } });
  await signIn(page, "admin", `/setup/branches?branch=${spa.branch}&part=online`);
  const card = page.locator("section", { hasText: "Khách đặt online chuyển khoản trước một phần." });
  await card.getByLabel("Tiền cọc").selectOption("30%");
  await card.getByRole("button", { name: "Lưu" }).click();
  await expect(card.getByRole("alert")).toContainText("Cần tài khoản nhận chuyển khoản để nhận cọc.");
  const account = { bin: "970436", number: "0123456789", holder: "SPA SEN TRANG" };
  await spa.call("PUT", `branches/${spa.branch}/bank-account`, account);
  await card.getByLabel("Thời gian chờ chuyển khoản").selectOption("2 tiếng");
  await card.getByRole("button", { name: "Lưu" }).click();
  await expect
    .poll(() => spa.call("GET", `branches/${spa.branch}`))
    .toMatchObject({ deposit_percent: 30, deposit_minutes: 120, keep_deposit: true });
  expect(await violationsOf(page)).toEqual([]);
});
