/** A spa that can be booked online, and a guest's way through its pages. */
import type { APIRequestContext, Browser, BrowserContextOptions, Page } from "@playwright/test";
import { expect } from "./facts";
import { newPhone } from "./people";
import { makeSpa, type TestSpa } from "./spa";

export interface OnlineSpa extends TestSpa {
  /** The address of its booking page. */
  page: string;
}

/** Make a spa that takes bookings online at once, at any hour, with so many therapists and beds. */
export async function makeOnlineSpa(request: APIRequestContext, therapists = 2): Promise<OnlineSpa> {
  const policy = { online_booking: true, notice_minutes: 0, free_cancel_minutes: 60, phone: "028 3822 1234" };
  const spa = await makeSpa(request, { therapists, beds: therapists, policy });
  const { key } = await spa.call<{ key: string }>("GET", `branches/${spa.branch}`);
  return { ...spa, page: `/book/${key}` };
}

let address = 0;

/** Open a phone with an address of its own, so that the limits of one do not count the guests of other tests. */
export async function openPhone(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  address += 1;
  const context = await browser.newContext({
    viewport: { width: 360, height: 640 },
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
    extraHTTPHeaders: {
      "X-Forwarded-For": `198.18.${process.pid % 250}.${address + Math.floor(Math.random() * 100)}`,
    },
    ...options,
  });
  return context.newPage();
}

/** Choose the massage of 60 minutes, and show the times of tomorrow. */
export async function openTimes(page: Page, spa: OnlineSpa): Promise<void> {
  await page.goto(`${spa.page}/times?g=massage-thuy-dien.60&day=${spa.tomorrow}`);
}

/** Tap a time of the page. */
export async function tap(page: Page, time: string): Promise<void> {
  await page.getByRole("button", { name: time, exact: true }).click();
}

/** Hold a time of tomorrow. */
export async function hold(page: Page, spa: OnlineSpa, time: string): Promise<void> {
  await openTimes(page, spa);
  await tap(page, time);
  await expect(page.getByRole("heading", { name: "Thông tin liên hệ" })).toBeVisible();
}

/** Type who comes, with a number that no other guest has. */
export async function fillIn(page: Page): Promise<void> {
  await fullName(page).fill("Nguyễn Thị Mai");
  await phone(page).fill(newPhone());
}

export const fullName = (page: Page) => page.getByLabel("Họ tên");
export const phone = (page: Page) => page.getByLabel("Số điện thoại");
export const confirm = (page: Page) => page.getByRole("button", { name: "Xác nhận đặt lịch" });
export const booked = (page: Page) => page.getByRole("heading", { name: "Đã đặt lịch. Hẹn gặp quý khách!" });

/** Return the statuses of the visits of tomorrow. */
export async function statuses(spa: OnlineSpa): Promise<string[]> {
  const board = await spa.call<{ visits: { appointments: { status: string }[] }[] }>(
    "GET",
    `branches/${spa.branch}/board?day=${spa.tomorrow}`,
  );
  return board.visits.flatMap((visit) => visit.appointments.map((guest) => guest.status));
}
