/** The rosters of a branch: the week as a grid, its shifts, weekly shifts, and leave. */
import type { Page } from "@playwright/test";
import { addDays } from "../src/board/time";
import { expect, signIn, test } from "./facts";
import { makeSpa, type TestSpa } from "./spa";
import { violationsOf } from "./violations";

const grid = (page: Page) => page.getByRole("grid", { name: "Lịch làm việc trong tuần" });
/** The days of a person, Monday first. */
const days = (page: Page, name: string) => grid(page).getByRole("row", { name }).getByRole("gridcell");
const panel = (page: Page) => page.locator("aside");

/** Sign in, and open a week in which no test of the spa has shifts, or the one of another day. */
async function openWeek(
  page: Page,
  spa: TestSpa,
  day = emptyWeek(spa),
  role: "admin" | "receptionist" = "admin",
): Promise<void> {
  await signIn(page, role, `/setup/rosters?branch=${spa.branch}&day=${day}`);
  await expect(grid(page)).toBeVisible();
}

const emptyWeek = (spa: TestSpa) => addDays(spa.today, 14);
const weekday = (day: string) => new Date(Date.parse(day)).getUTCDay() || 7;
const mondayOf = (day: string) => addDays(day, 1 - weekday(day));

async function setWeekly(spa: TestSpa, number: number, weekdays: number[]): Promise<void> {
  await spa.call("PUT", `staff/${spa.therapists[number]?.id}/weekly-shifts`, {
    shifts: weekdays.map((one) => ({
      ...{ branch_id: spa.branch, weekday: one, starts: "09:00", ends: "17:00" },
    })),
  });
}

/** Return the instant of an hour of a day: the zone of the spa knows no other time in summer. */
const instant = (spa: TestSpa, day: string, hour: number) =>
  new Date(Date.parse(spa.at(hour)) + Date.parse(day) - Date.parse(spa.tomorrow)).toISOString();

const addShift = (spa: TestSpa, number: number, day: string, from: number, to: number) =>
  spa.call("POST", "shifts", {
    ...{ staff_id: spa.therapists[number]?.id, branch_id: spa.branch },
    ...{ start: instant(spa, day, from), end: instant(spa, day, to) },
  });

test("a shift is added with the weekly hours, deleted and taken back, by the keyboard alone", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  await setWeekly(spa, 0, [1, 2, 3, 4, 5]);
  await openWeek(page, spa);
  const tuesday = days(page, "Lan Anh").nth(1);
  await days(page, "Lan Anh").nth(0).getByRole("button").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(panel(page).getByLabel("Từ")).toHaveValue("09:00");
  await expect(panel(page).getByLabel("Đến")).toHaveValue("17:00");
  await panel(page).getByRole("button", { name: "Thêm ca", exact: true }).press("Enter");
  await expect(panel(page)).toHaveCount(0);
  await expect(tuesday).toHaveText("09:00–17:00");
  await expect(tuesday.getByRole("button").last()).toBeFocused();
  await expect(grid(page).getByRole("row", { name: "Lan Anh" }).getByRole("rowheader")).toContainText("8h");

  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Delete");
  await expect(tuesday).toHaveText("");
  await expect(tuesday.getByRole("button")).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(tuesday).toHaveText("09:00–17:00");

  // A day off has the opening hours.
  await days(page, "Lan Anh").nth(6).getByRole("button").click();
  await expect(panel(page).getByLabel("Từ")).toHaveValue("00:00");
  await page.keyboard.press("Escape");
  await expect(days(page, "Lan Anh").nth(6).getByRole("button")).toBeFocused();
  const shown = await page.getByRole("heading", { level: 2 }).first().textContent();
  await page.keyboard.press("PageDown");
  await expect(page.getByRole("heading", { level: 2 }).first()).not.toHaveText(shown ?? "");
});

test("a shift that ends before a guest comes is shortened only when that is confirmed", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1 });
  await spa.book(["Chị Mai"], { hour: 10 });
  await openWeek(page, spa, spa.tomorrow);
  const cell = days(page, "Lan Anh").nth(weekday(spa.tomorrow) - 1);
  await cell.getByRole("button").first().click();
  await panel(page).getByLabel("Đến").selectOption("09:00");
  await panel(page).getByRole("button", { name: "Lưu" }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("Chị Mai, 10:00");
  await question.getByRole("button", { name: "Quay lại" }).click();
  await expect(cell).toHaveText("00:00–00:00");
  await panel(page).getByRole("button", { name: "Lưu" }).click();
  await question.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(cell).toHaveText("00:00–09:00");
  await expect(grid(page).getByRole("columnheader").nth(weekday(spa.tomorrow))).toContainText(
    "Chưa ai làm 09:00–00:00",
  );
  await page.getByRole("button", { name: "Xử lý 1 lịch hẹn" }).click();
  await expect(page.getByRole("dialog", { name: "Cần xử lý" })).toContainText("Chị Mai");
});

test("two colleagues swap shifts, and one is given to the other", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const monday = mondayOf(emptyWeek(spa));
  await addShift(spa, 0, monday, 9, 13);
  await addShift(spa, 1, addDays(monday, 2), 14, 22);
  await openWeek(page, spa);
  const [lan, nhung] = [days(page, "Lan Anh"), days(page, "Hồng Nhung")];
  await lan.nth(0).getByRole("button").first().click();
  await panel(page).getByRole("combobox", { name: "Đổi ca với" }).selectOption({ index: 1 });
  await panel(page).getByRole("button", { name: "Đổi ca" }).click();
  await expect(lan.nth(2)).toHaveText("14:00–22:00");
  await expect(nhung.nth(0)).toHaveText("09:00–13:00");

  await nhung.nth(0).getByRole("button").first().click();
  await panel(page).getByLabel("Người làm").selectOption({ label: "Lan Anh" });
  await panel(page).getByRole("button", { name: "Lưu" }).click();
  await expect(lan.nth(0)).toHaveText("09:00–13:00");
  await expect(nhung.nth(0)).toHaveText("");
  await page.keyboard.press("Control+z");
  await expect(nhung.nth(0)).toHaveText("09:00–13:00");
});

test("a week is filled from the weekly shifts, and copied to the weeks after it", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  await openWeek(page, spa);
  await days(page, "Lan Anh").first().waitFor();
  await grid(page).getByRole("rowheader", { name: "Lan Anh" }).getByRole("button").click();
  for (const number of [1, 2]) {
    await panel(page).getByRole("button", { name: "Thêm ca Thứ Hai" }).click();
    await panel(page)
      .getByLabel(`Thứ Hai, ca ${number}, từ`)
      .selectOption(number === 1 ? "09:00" : "14:00");
    await panel(page)
      .getByLabel(`Thứ Hai, ca ${number}, đến`)
      .selectOption(number === 1 ? "12:00" : "18:30");
  }
  await expect(panel(page)).toContainText("Mỗi tuần 7h30");
  await panel(page).getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  await panel(page).getByRole("button", { name: "Xếp theo ca hằng tuần" }).click();
  await panel(page).getByRole("button", { name: "Xếp ca" }).click();
  await expect(page.getByText("Đã xếp 2 ca.")).toBeVisible();
  await expect(days(page, "Lan Anh").nth(0)).toHaveText("09:00–12:0014:00–18:30");

  await page.getByRole("button", { name: "Chép tuần" }).click();
  await panel(page).getByRole("button", { name: "Thêm: Số tuần" }).click();
  await panel(page).getByRole("button", { name: "Chép ca" }).click();
  await expect(page.getByText("Đã xếp 4 ca.")).toBeVisible();
  await page.getByRole("button", { name: "Tuần sau" }).click();
  await expect(days(page, "Lan Anh").nth(0)).toHaveText("09:00–12:0014:00–18:30");
  await page.getByRole("button", { name: "Xếp ca" }).click();
  await panel(page).getByText("Tất cả nhân viên").click();
  await panel(page).getByLabel("Lan Anh").check();
  await panel(page).getByRole("button", { name: "Xếp ca" }).click();
  await expect(page.getByText("Bỏ qua 2 ca vì ngày đó đã có ca.")).toBeVisible();
});

test("leave is approved with the guests that it strands, refused with a message, and entered", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1 });
  await spa.book(["Chị Mai"], { hour: 10 });
  const ask = (day: string, reason: string) =>
    spa.call<{ id: string }>("POST", "time-off", {
      ...{ staff_id: spa.therapists[0]?.id, reason },
      ...{ start: instant(spa, day, 0), end: instant(spa, day, 24) },
    });
  await ask(spa.tomorrow, "Về quê");
  const later = await ask(addDays(spa.tomorrow, 30), "Đi chơi");
  await openWeek(page, spa, spa.tomorrow);
  const cell = days(page, "Lan Anh").nth(weekday(spa.tomorrow) - 1);
  await expect(cell).toContainText("Chờ duyệt");
  await page.getByRole("button", { name: /^Nghỉ phép 2/ }).click();
  const requestOf = (reason: string) => panel(page).getByRole("listitem").filter({ hasText: reason });
  await expect(requestOf("Về quê")).toContainText(/1 khách đã đặt.*Chị Mai · 10:00/);
  await expect(requestOf("Đi chơi")).toContainText("Không có khách nào bị ảnh hưởng.");
  await requestOf("Về quê").getByRole("button", { name: "Duyệt" }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("Chị Mai, 10:00");
  await question.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(page.getByText("Đã duyệt nghỉ phép của Lan Anh.")).toBeVisible();
  await expect(cell).toContainText("Nghỉ phép");
  await expect(page.getByRole("button", { name: "Xử lý 1 lịch hẹn" })).toBeVisible();

  await requestOf("Đi chơi").getByRole("button", { name: "Từ chối" }).click();
  await question.getByLabel("Lời nhắn cho nhân viên").fill("Tuần đó đông khách");
  await question.getByRole("button", { name: "Từ chối" }).click();
  await expect(panel(page)).toContainText("Không có đơn nào chờ duyệt.");
  const { items } = await spa.call<{ items: { id: string; status: string; answer: string }[] }>(
    "GET",
    `time-off?branch_id=${spa.branch}`,
  );
  expect(items.find(({ id }) => id === later.id)).toMatchObject({
    ...{ status: "refused", answer: "Tuần đó đông khách" },
  });

  await requestOf("Về quê").getByRole("button", { name: "Rút phép" }).click();
  await expect(cell).not.toContainText("Nghỉ phép");
  await panel(page).getByRole("button", { name: "Ghi nghỉ phép" }).click();
  await panel(page).getByLabel("Nhân viên").selectOption({ label: "Lan Anh" });
  for (const label of ["Từ ngày", "Đến hết ngày"])
    await panel(page).getByLabel(label).fill(addDays(spa.tomorrow, 1));
  await panel(page).getByRole("button", { name: "Ghi nghỉ phép" }).click();
  await expect(page.getByText("Đã ghi nghỉ phép của Lan Anh.")).toBeVisible();
});

test("a receptionist reaches products and rosters and no other page of the owner, and decides about no leave", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1 });
  await spa.call("POST", "time-off", {
    ...{ staff_id: spa.therapists[0]?.id, start: spa.at(0), end: spa.at(24) },
  });
  await signIn(page, "receptionist");
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await page.getByRole("menuitem", { name: "Lịch làm việc" }).click();
  await expect(grid(page)).toBeVisible();
  const nav = page.getByRole("navigation", { name: "Cài đặt spa" });
  await expect(nav.getByRole("link")).toHaveText(["Sản phẩm", "Lịch làm việc"]);
  await page.goto(`/setup/rosters?branch=${spa.branch}&open=leave`);
  await expect(panel(page)).toContainText("Quản lý duyệt đơn này.");
  await expect(panel(page).getByRole("button", { name: "Duyệt" })).toHaveCount(0);
  await page.goto("/setup/people");
  await expect(page.getByText("Chỉ chủ spa xem được phần này")).toBeVisible();
});

test("the week and its panels have no violation, and fit a phone", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await spa.call("POST", "time-off", {
    ...{ staff_id: spa.therapists[0]?.id, start: spa.at(12), end: spa.at(24), reason: "Về quê" },
  });
  await openWeek(page, spa, spa.tomorrow);
  expect(await violationsOf(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await days(page, "Lan Anh")
    .nth(weekday(spa.tomorrow) - 1)
    .getByRole("button")
    .first()
    .click();
  await expect(panel(page)).toBeVisible();
  const shift = new URL(page.url()).searchParams.get("open") ?? "";
  const staff = spa.therapists[0]?.id;
  for (const search of ["fill", "leave", `weekly/${staff}`, shift]) {
    await page.goto(`/setup/rosters?branch=${spa.branch}&day=${spa.tomorrow}&open=${search}`);
    await expect(panel(page)).toBeVisible();
    expect(await violationsOf(page, "aside"), search).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, search).toBe(0);
  }
});
