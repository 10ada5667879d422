/** Reports of a branch that has taken money today: the figures, the filters in the address, the files, who sees what. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import type { DayReport, OwedReport, VisitReport } from "../src/api/generated";
import { type Books, makeBooks } from "./books";
import { expect, signIn, test } from "./facts";
import { makeSpa } from "./spa";
import { violationsOf } from "./violations";

type Role = "admin" | "receptionist";

const open = async (page: Page, books: Pick<Books, "branch">, more: string, role: Role = "admin") => {
  await signIn(page, role, `/desk/reports?branch=${books.branch}&${more}`);
};
const shown = (page: Page) => page.locator("[data-report=shown]");
/** A figure on top of a report, by its name. */
const tile = (page: Page, name: string) =>
  page.locator("dl > div").filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) });
const row = (page: Page, table: string, name: string) =>
  page.getByRole("table", { name: table }).getByRole("row", { name: new RegExp(name) });
const tab = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Báo cáo về" }).getByRole("link", { name, exact: true });

test("the day: main figures, what was sold, how it was paid, and tax, as the API has them", async ({
  page,
  request,
}) => {
  const books = await makeBooks(request);
  const report = await books.call<DayReport>(
    "GET",
    `reports/day?branch_id=${books.branch}&day=${books.today}`,
  );
  expect(report).toMatchObject({ bills: 2, tips: 50_000, received: 950_000, refunded: 450_000 });
  await open(page, books, "report=day");
  await expect(tab(page, "Ngày")).toHaveAttribute("aria-current", "page");
  await expect(tile(page, "Số hóa đơn").locator("dd").first()).toHaveText("2");
  await expect(tile(page, "Tiền thu vào")).toContainText("950.000đ");
  await expect(tile(page, "Tiền hoàn lại")).toContainText("450.000đ");
  await expect(tile(page, "Tip")).toContainText("50.000đ");
  await expect(row(page, "Khách trả bằng", "Tiền mặt")).toContainText("500.000đ");
  await expect(row(page, "Khách trả bằng", "Quẹt thẻ").getByRole("cell")).toHaveText([
    "450.000đ",
    "450.000đ",
  ]);
  await expect(row(page, "Khách trả bằng", "Tổng cộng").getByRole("cell")).toHaveText([
    "950.000đ",
    "450.000đ",
  ]);
  await expect(row(page, "Các khoản khác", "Hoa hồng")).toContainText("45.000đ");
  await expect(page.getByText(/^Cập nhật lúc \d\d:\d\d$/)).toBeVisible();
});

test("a day without bills says so; a day is chosen, and is in the address", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await open(page, spa, "report=day");
  await expect(page.getByText("Ngày này chưa có hóa đơn nào.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Ngày sau" })).toBeDisabled();
  await page.getByRole("button", { name: "Ngày trước" }).click();
  await expect(page.getByRole("button", { name: /Hôm qua/ })).toBeVisible();
  await expect(page).toHaveURL(/day=\d{4}-\d\d-\d\d/);
});

test("the month has a chart of its days, whose measure is in the address, and a table with links to them", async ({
  page,
  request,
}) => {
  const books = await makeBooks(request);
  await open(page, books, "");
  await expect(tab(page, "Tháng")).toHaveAttribute("aria-current", "page"); // an administrator begins with it
  const days = new Date(Date.UTC(Number(books.today.slice(0, 4)), Number(books.today.slice(5, 7)), 0));
  await expect(page.locator("[data-column-of]")).toHaveCount(days.getUTCDate());
  const column = page.locator(`[data-column-of="${books.today}"]`);
  await column.hover();
  await expect(column).toContainText("2 hóa đơn");
  await page.getByRole("button", { name: "Thu vào" }).click();
  await column.hover();
  await expect(column).toContainText("950.000đ");
  await expect(page).toHaveURL(/measure=received/);
  await page.reload();
  await expect(page.getByRole("button", { name: "Thu vào" })).toHaveAttribute("aria-pressed", "true");
  const table = page.getByRole("table", { name: "Từng ngày" });
  await expect(table.getByRole("row")).toHaveCount(
    Number(books.today.slice(8)) + (books.today.endsWith("-01") ? 1 : 2), // those until today, the head, the sums
  );
  await table.getByRole("link").last().click();
  await expect(page).toHaveURL(new RegExp(`day=${books.today}`));
  await expect(tile(page, "Số hóa đơn").locator("dd").first()).toHaveText("2");
});

test("a month is compared with the same days of the month before", async ({ page, request }) => {
  const books = await makeBooks(request);
  await page.route("**/reports/month?**", async (route) => {
    const answer = await route.fetch();
    const json = (await answer.json()) as { days: { revenue: number; bills: number }[]; revenue: number };
    const isFebruary = route.request().url().includes("2026-02");
    const value = isFebruary ? 1_200_000 : 1_000_000;
    const days = json.days.map((day) => ({ ...day, revenue: value, bills: 1 }));
    const sums = { revenue: days.length * value, bills: days.length };
    await route.fulfill({ response: answer, json: { ...json, ...sums, days } });
  });
  await open(page, books, "report=month&month=2026-02");
  // 28 days of 1.200.000đ after 31 of 1.000.000đ.
  await expect(tile(page, "Doanh thu chưa thuế")).toContainText("33.600.000đ");
  await expect(tile(page, "Doanh thu chưa thuế")).toContainText("+8% so với 1–31/1");
  await expect(tile(page, "Số hóa đơn")).toContainText("−10% so với 1–31/1");
  await page.getByRole("button", { name: "Tháng sau" }).click();
  await expect(page.getByLabel("Chọn tháng")).toHaveValue("2026-03");
  await expect(tile(page, "Doanh thu chưa thuế")).toContainText("−8% so với 1–28/2");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("services by category, people with a link to their statement, guests and use, and what is owed", async ({
  page,
  request,
}) => {
  const books = await makeBooks(request);
  await open(page, books, "report=services&period=today");
  await expect(row(page, "Theo nhóm", "Massage")).toContainText("450.000đ");
  const item = row(page, "Từng dịch vụ, sản phẩm", "60 phút");
  await expect(item.getByRole("cell").first()).toHaveText("2");
  await tab(page, "Nhân viên").click();
  await expect(page).toHaveURL(/period=today/);
  const people = page.getByRole("table", { name: "Theo người" });
  await expect(people.getByRole("row")).toHaveCount(4);
  await tab(page, "Khách, công suất").click();
  const visits = await books.call<VisitReport>(
    "GET",
    `reports/visits?branch_id=${books.branch}&first_day=${books.today}&last_day=${books.today}`,
  );
  await expect(tile(page, "Lượt khách").locator("dd").first()).toHaveText(String(visits.guests.came));
  await expect(page.getByRole("table", { name: "Công suất kỹ thuật viên" }).getByRole("row")).toHaveCount(3);
  await expect(row(page, "Công suất giường", "Giường 1").getByRole("cell").last()).toHaveText(/^\d+%$/);
  await tab(page, "Spa còn nợ").click();
  const owed = await books.call<OwedReport>(
    "GET",
    `reports/owed?branch_id=${books.branch}&day=${books.today}`,
  );
  expect(owed).toMatchObject({ tips: 50_000, commissions: 45_000, total: 95_000 });
  await expect(tile(page, "Nợ nhân viên")).toContainText("95.000đ");
  await expect(row(page, "Nợ theo loại", "Tip của nhân viên")).toContainText("50.000đ");
  await page.getByRole("button", { name: "Ngày trước" }).click();
  await expect(page.getByText("Cuối ngày này spa không nợ ai.")).toBeVisible();
});

test("two days are a period of one's own; the one that is moved takes the other with it", async ({
  page,
  request,
}) => {
  const books = await makeBooks(request);
  await open(page, books, "report=services");
  await expect(shown(page)).toBeVisible();
  await page.getByRole("button", { name: "Chọn ngày" }).click();
  await page.getByLabel("Đến hết ngày").fill("2026-01-31");
  await expect(page.getByLabel("Từ ngày")).toHaveValue("2026-01-31");
  await expect(page).toHaveURL(/first=2026-01-31&last=2026-01-31/);
  await expect(page.getByText("Chưa bán gì trong kỳ này.")).toBeVisible();
  await page.getByRole("button", { name: "Hôm nay" }).click();
  await expect(row(page, "Theo nhóm", "Massage")).toBeVisible();
  await expect(page.getByLabel("Từ ngày")).toBeHidden();
});

test("all branches at once, and beside each other", async ({ page, request }) => {
  const books = await makeBooks(request);
  const name = (await books.call<{ name: string }>("GET", `branches/${books.branch}`)).name;
  await open(page, books, "report=day");
  await expect(shown(page)).toBeVisible();
  await expect(page.getByRole("table", { name: "Theo chi nhánh" })).toBeHidden();
  await page.getByRole("button", { name: "Tất cả chi nhánh" }).click();
  await expect(row(page, "Theo chi nhánh", name)).toContainText("950.000đ");
  await expect(page).toHaveURL(/all=true/);
  await tab(page, "Chi nhánh").click();
  await expect(row(page, "Theo chi nhánh", name)).toContainText("950.000đ");
});

test("reports are saved as CSV and XLSX, with the name of the API", async ({ page, request }) => {
  const books = await makeBooks(request);
  await open(page, books, "report=day");
  const csv = page.waitForEvent("download");
  await page.getByRole("button", { name: "Tải về CSV" }).click();
  const saved = await csv;
  expect(saved.suggestedFilename()).toBe(`day-${books.today}.csv`);
  const text = await readFile(await saved.path(), "utf-8");
  expect(text.startsWith("\ufeff")).toBe(true); // by which Excel knows that it is UTF-8
  expect(text).toContain("Tiền thu vào,950000");
  const xlsx = page.waitForEvent("download");
  await page.getByRole("button", { name: "Tải về XLSX" }).click();
  const book = await xlsx;
  expect(book.suggestedFilename()).toBe(`day-${books.today}.xlsx`);
  expect((await readFile(await book.path())).subarray(0, 2).toString()).toBe("PK");
  await page.route("**/reports/day?**format=csv**", (route) => route.abort());
  await page.getByRole("button", { name: "Tải về CSV" }).click();
  await expect(page.locator("[data-toast]", { hasText: "Không kết nối được" })).toBeVisible();
});

test("a receptionist sees the day and their own commissions, and no more", async ({ page, request }) => {
  const books = await makeBooks(request);
  await open(page, books, "", "receptionist");
  await expect(tile(page, "Tiền thu vào")).toContainText("950.000đ");
  await expect(page.getByRole("navigation", { name: "Báo cáo về" }).getByRole("link")).toHaveText([
    "Ngày",
    "Hoa hồng",
  ]);
  await expect(page.getByRole("button", { name: "Tất cả chi nhánh" })).toBeHidden();
  await page.goto(`/desk/reports?branch=${books.branch}&report=owed`);
  await expect(page.getByText("Báo cáo này dành cho quản lý.")).toBeVisible();
  await tab(page, "Hoa hồng").click();
  await expect(page.getByText("Tài khoản này chưa gắn với nhân viên nào.")).toBeVisible();
});

test("what cannot be loaded says why and can be tried again; what was loaded stays, and says of when it is", async ({
  page,
  request,
}) => {
  const books = await makeBooks(request);
  await page.route("**/reports/day?**", (route) => route.abort());
  await open(page, books, "report=day");
  await expect(page.getByRole("alert").filter({ hasText: "Không kết nối được" })).toBeVisible();
  await page.unroute("**/reports/day?**");
  await page.getByRole("button", { name: "Thử lại" }).click();
  await expect(tile(page, "Tiền thu vào")).toContainText("950.000đ");
  await page.route("**/reports/day?**", (route) => route.abort());
  await page.evaluate(() => dispatchEvent(new Event("visibilitychange"))); // back from another window: it asks again
  await expect(page.getByRole("alert").filter({ hasText: "Chưa cập nhật được." })).toContainText(
    /Số liệu lúc \d\d:\d\d/,
  );
  await expect(tile(page, "Tiền thu vào")).toContainText("950.000đ");
  await page.unroute("**/reports/day?**");
  await page.getByRole("button", { name: "Thử lại" }).click();
  await expect(page.getByText("Chưa cập nhật được.")).toBeHidden();
});

test("no report has what WCAG forbids, in both themes, on a laptop, a tablet and a phone", async ({
  page,
  request,
}) => {
  const books = await makeBooks(request);
  await open(page, books, "report=day");
  for (const report of ["day", "month", "branches", "services", "staff", "visits", "owed"]) {
    await page.goto(`/desk/reports?branch=${books.branch}&report=${report}&all=true`);
    await expect(shown(page)).toBeVisible();
    expect(await violationsOf(page), report).toEqual([]);
    await page.setViewportSize({ width: 820, height: 1180 });
    const { scroll, width } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: innerWidth,
    }));
    expect(scroll, report).toBeLessThanOrEqual(width);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await violationsOf(page), `${report} on a phone`).toEqual([]);
    await page.setViewportSize({ width: 1366, height: 768 });
  }
});
