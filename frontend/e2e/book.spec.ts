/** The booking page of guests, on a phone: with JavaScript and without, cases 8 to 12 and 22, its weight, and WCAG 2.2 AA. */
import type { Page } from "@playwright/test";
import {
  booked,
  confirm,
  fillIn,
  fullName,
  hold,
  makeOnlineSpa,
  openPhone,
  openTimes,
  phone,
  statuses,
  tap,
} from "./book";
import { expect, test } from "./facts";
import { violationsOf } from "./violations";

const MOST_BYTES = 30_000;

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";

  test(`a guest books ${how} JavaScript, moves the visit and cancels it`, async ({ browser, request }) => {
    const spa = await makeOnlineSpa(request);
    const page = await openPhone(browser, { javaScriptEnabled });
    await page.goto(spa.page);
    await page
      .getByRole("checkbox", { name: /60 phút 450.000đ/ })
      .first()
      .check({ force: true });
    await expect(page.locator(".sum")).toHaveText(javaScriptEnabled ? "60 phút · 450.000đ" : "");
    await page.getByRole("button", { name: "Chọn ngày giờ" }).click();
    await page.locator(`a[href*="day=${spa.tomorrow}"]`).first().click();
    await expect(page.locator("button[name=start]").first()).toBeInViewport();
    await tap(page, "10:00");
    await expect(page.getByText("Giữ chỗ đến")).toBeVisible();
    await fillIn(page);
    await confirm(page).click();
    await expect(booked(page)).toBeVisible();
    expect(await statuses(spa)).toEqual(["confirmed"]);

    await page.getByRole("link", { name: "Đổi lịch" }).click();
    await tap(page, "15:00");
    await expect(page.getByText("Đã đổi lịch.")).toBeVisible();
    await expect(page.getByText(/^15:00 thứ|^15:00 Chủ nhật/)).toBeVisible();
    await page.locator("summary", { hasText: "Hủy lịch" }).click();
    await page.getByRole("button", { name: "Hủy lịch" }).click();
    await expect(page.getByRole("heading", { name: "Lịch hẹn đã hủy." })).toBeVisible();
    await page.context().close();
  });

  test(`two guests book together ${how} JavaScript`, async ({ browser, request }) => {
    const spa = await makeOnlineSpa(request);
    const page = await openPhone(browser, { javaScriptEnabled });
    const choose = () =>
      page
        .getByRole("checkbox", { name: /60 phút 450.000đ/ })
        .first()
        .check({ force: true });
    await page.goto(spa.page);
    await choose();
    await page.getByRole("button", { name: "Thêm khách" }).click();
    await expect(page.getByRole("heading", { name: "Chọn dịch vụ cho khách 2" })).toBeVisible();
    await choose();
    await page.getByRole("checkbox", { name: "Nằm cùng một phòng" }).check();
    await page.getByRole("button", { name: "Chọn ngày giờ" }).click();
    await expect(page.locator("summary").first()).toContainText("900.000đ");
    await page.locator(`a[href*="day=${spa.tomorrow}"]`).first().click();
    await tap(page, "10:00");
    await fillIn(page);
    await confirm(page).click();
    await expect(booked(page)).toBeVisible();
    expect(await statuses(spa)).toEqual(["confirmed", "confirmed"]);
    await page.context().close();
  });

  test(`a double click, Enter twice and a reload ${how} JavaScript are one visit (case 11)`, async ({
    browser,
    request,
  }) => {
    const spa = await makeOnlineSpa(request);
    const page = await openPhone(browser, { javaScriptEnabled });
    await openTimes(page, spa);
    await page.getByRole("button", { name: "10:00", exact: true }).dblclick();
    await expect(confirm(page)).toBeVisible();
    expect(await statuses(spa)).toEqual(["held"]);
    await page.reload();
    await fillIn(page);
    await phone(page).press("Enter");
    await phone(page)
      .press("Enter", { noWaitAfter: true, timeout: 500 })
      .catch(() => undefined); // the page may be gone
    await expect(booked(page)).toBeVisible();
    await page.reload();
    await expect(booked(page)).toBeVisible();
    expect(await statuses(spa)).toEqual(["confirmed"]);
    await page.context().close();
  });

  test(`Back shows the own hold ${how} JavaScript, another guest does not see that time (cases 9, 10)`, async ({
    browser,
    request,
  }) => {
    const spa = await makeOnlineSpa(request, 1);
    const page = await openPhone(browser, { javaScriptEnabled });
    await hold(page, spa, "10:00");
    await page.goBack();
    await expect(page.getByRole("link", { name: "10:00 đang giữ cho quý khách" })).toBeVisible();
    const other = await openPhone(browser, { javaScriptEnabled });
    await openTimes(other, spa);
    await expect(other.getByRole("button", { name: "11:30", exact: true })).toBeVisible();
    await expect(other.getByRole("button", { name: "10:00", exact: true })).toHaveCount(0);
    await tap(page, "14:00");
    await expect(page.getByText(/^14:00 thứ|^14:00 Chủ nhật/)).toBeVisible();
    await other.reload();
    await expect(other.getByRole("button", { name: "10:00", exact: true })).toBeVisible();
    expect(await statuses(spa)).toEqual(["held"]);
    await other.context().close();
    await page.context().close();
  });

  test(`what is wrong is said at its field ${how} JavaScript, where the focus is (case 22)`, async ({
    browser,
    request,
  }) => {
    const spa = await makeOnlineSpa(request);
    const page = await openPhone(browser, { javaScriptEnabled, viewport: { width: 360, height: 320 } });
    await hold(page, spa, "10:00");
    await fullName(page).fill("Nguyễn Thị Mai");
    await phone(page).fill("12");
    await confirm(page).click();
    await expect(page.getByRole("alert").filter({ hasText: "Số điện thoại chưa đúng" })).toBeVisible();
    await expect(phone(page)).toBeFocused();
    await expect(phone(page)).toHaveValue("12");
    await expect(fullName(page)).toHaveValue("Nguyễn Thị Mai");
    // With the keyboard open the button can be scrolled to, and nothing lies over it.
    await page.getByLabel("Ghi chú cho spa").click();
    await confirm(page).click({ trial: true });
    await page.context().close();
  });
}

test("the phone's Back, Forward and a reload lose nothing that was typed (case 12)", async ({
  browser,
  request,
}) => {
  const spa = await makeOnlineSpa(request);
  const page = await openPhone(browser);
  await hold(page, spa, "10:00");
  await fullName(page).fill("Nguyễn Thị Mai");
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Chọn ngày giờ" })).toBeVisible();
  await page.goForward();
  await expect(fullName(page)).toHaveValue("Nguyễn Thị Mai");
  await page.reload();
  await expect(fullName(page)).toHaveValue("Nguyễn Thị Mai");
  await expect(page.getByText(/^Còn \d+:\d\d$/)).toBeVisible();
  await page.context().close();
});

test("a hold counts down, and says when it has run out (case 9)", async ({ browser, request }) => {
  const spa = await makeOnlineSpa(request);
  const page = await openPhone(browser);
  await page.clock.install();
  await hold(page, spa, "10:00");
  await fullName(page).fill("Nguyễn Thị Mai");
  await expect(page.getByRole("timer")).toHaveText(/^Còn \d+:\d\d$/);
  await page.clock.fastForward("16:00");
  await expect(page.getByRole("alert").filter({ hasText: "Hết giờ giữ chỗ" })).toBeVisible();
  await expect(fullName(page)).toHaveValue("Nguyễn Thị Mai");
  await page.context().close();
});

test("a phone in Los Angeles books the day and hour of the branch, whose zone is named (case 8)", async ({
  browser,
  request,
}) => {
  const spa = await makeOnlineSpa(request);
  const abroad = await openPhone(browser, {
    timezoneId: spa.zone === "Etc/GMT+8" ? "Asia/Tokyo" : "Etc/GMT+8",
  });
  await hold(abroad, spa, "00:30");
  const [, month, day] = spa.tomorrow.split("-").map(Number);
  await expect(abroad.locator(".when")).toContainText(new RegExp(`^00:30 .* ${day}/${month}$`));
  await expect(abroad.getByText(/^Giờ trên trang là giờ /)).toBeVisible();
  const here = await openPhone(browser, { timezoneId: spa.zone });
  await openTimes(here, spa);
  await expect(here.getByText(/^Giờ trên trang là giờ /)).toBeHidden();
  await here.context().close();
  await abroad.context().close();
});

test("each page of a phone weighs at most 30 kB, and nothing is wider than 320 pixels", async ({
  browser,
  request,
}) => {
  const spa = await makeOnlineSpa(request);
  const page = await openPhone(browser, { viewport: { width: 320, height: 640 } });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => {
    bytes += event.encodedDataLength;
  });
  const weigh = async (name: string) => {
    await page.waitForLoadState("networkidle");
    expect(bytes, name).toBeGreaterThan(1000);
    expect(bytes, name).toBeLessThanOrEqual(MOST_BYTES);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(320);
    bytes = 0;
  };
  await page.goto(spa.page);
  await weigh("treatments");
  await openTimes(page, spa);
  await weigh("times");
  await tap(page, "10:00");
  await weigh("details");
  await fillIn(page);
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
  await weigh("visit");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("no violation of WCAG 2.2 AA on any page", async ({ browser, request }) => {
  const spa = await makeOnlineSpa(request);
  const page = await openPhone(browser, { bypassCSP: true });
  const check = async (target: Page = page) => expect(await violationsOf(target)).toEqual([]);
  await page.goto(spa.page);
  await page
    .getByRole("checkbox", { name: /60 phút 450.000đ/ })
    .first()
    .check({ force: true });
  await check();
  await page.goto(`${spa.page}/party`); // nothing is chosen
  await check();
  await hold(page, spa, "10:00");
  await check();
  await confirm(page).click();
  await expect(page.getByText("Còn 2 mục cần xem lại.")).toBeVisible();
  await check();
  await openTimes(page, spa); // with the own hold
  await check();
  await page.goto(`${spa.page}/times?g=massage-thuy-dien.60&day=${spa.tomorrow.slice(0, 4)}-01-01`);
  await check();
  await openTimes(page, spa);
  await page.getByRole("link", { name: "Tiếp tục" }).click();
  await fillIn(page);
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
  await page.locator("summary", { hasText: "Hủy lịch" }).click();
  await check();
  await page.getByRole("link", { name: "Đổi lịch" }).click();
  await check();
  await page.goBack();
  await page.locator("summary", { hasText: "Hủy lịch" }).click();
  await page.getByRole("button", { name: "Hủy lịch" }).click();
  await expect(page.getByRole("heading", { name: "Lịch hẹn đã hủy." })).toBeVisible();
  await check();
  await page.goto(`${spa.page}/poster`);
  await check();
  await page.goto("/book/nowhere");
  await check();
  await page.context().close();
});
