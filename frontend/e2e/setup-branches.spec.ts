/** The owner's page about a branch: its details, hours, closed days, rules and online booking. */
import type { Page } from "@playwright/test";
import type { BranchRead, SpecialHoursCreate } from "../src/api/generated";
import { api, expect, factsOf, signIn, test } from "./facts";
import { makeSpa, type TestSpa } from "./spa";
import { violationsOf } from "./violations";

const open = (page: Page, { branch }: Pick<TestSpa, "branch">, more = "") =>
  signIn(page, "admin", `/setup/branches?branch=${branch}${more}`);
const save = (page: Page) => page.getByRole("button", { name: "Lưu", exact: true });
const read = ({ call, branch }: TestSpa) => call<BranchRead>("GET", `branches/${branch}`);
const noSpa = { therapists: 0, beds: 0 };

test("what is wrong is told at its field, and details and rules are saved", async ({ page, request }) => {
  const spa = await makeSpa(request, noSpa);
  await open(page, spa);
  await page.getByLabel("Địa chỉ", { exact: true }).fill("12 Nguyễn Huệ, phường Sài Gòn");
  await page.getByLabel("Số điện thoại").fill("123");
  await save(page).click();
  await expect(page.getByRole("alert")).toContainText("Xem lại các ô được đánh dấu");
  await expect(page.getByLabel("Số điện thoại")).toBeFocused();
  await page.getByLabel("Số điện thoại").fill("028 3822 9999");
  await save(page).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  await expect(page.getByLabel("Số điện thoại")).toHaveValue(/^028.3822.9999$/);

  await page.getByRole("link", { name: "Quy định đặt lịch" }).click();
  await page.getByLabel("Đặt trước ít nhất").selectOption("2 tiếng");
  await page.getByLabel("Hủy miễn phí trước giờ hẹn").selectOption("1 ngày");
  await page.getByLabel("Khách không yêu cầu KTV").selectOption("Theo tua");
  await save(page).click();
  await expect
    .poll(() => read(spa))
    .toMatchObject({
      address: "12 Nguyễn Huệ, phường Sài Gòn",
      phone: "+842838229999",
      notice_minutes: 120,
      free_cancel_minutes: 1440,
      therapist_order: "turns",
    });
});

test("the till of a branch: invoices, discounts, fees and the account for transfers", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await open(page, spa, "&part=till");
  // The account below has a form of its own.
  const saveTill = page
    .locator("form", { hasText: "Tên trên hóa đơn" })
    .getByRole("button", { name: "Lưu", exact: true });
  await page.getByLabel("Tên trên hóa đơn").fill("CÔNG TY SEN TRẮNG");
  await page.getByLabel("Mã số thuế").fill("123");
  await page.getByLabel("Lễ tân được giảm tới").selectOption("20%");
  await page.getByLabel("Phí khách không đến").selectOption("50%");
  await saveTill.click();
  await expect(page.getByLabel("Mã số thuế")).toBeFocused();
  await page.getByLabel("Mã số thuế").fill("0312345678");
  await saveTill.click();
  await expect
    .poll(() => read(spa))
    .toMatchObject({
      legal_name: "CÔNG TY SEN TRẮNG",
      tax_code: "0312345678",
      discount_limit: 20,
      no_show_fee: 50,
    });

  const account = page.locator("section", { hasText: "Tài khoản nhận chuyển khoản" });
  await account.getByLabel("Ngân hàng").selectOption("Vietcombank");
  await account.getByLabel("Số tài khoản").fill("0123 456 789");
  await account.getByLabel("Tên chủ tài khoản").fill("SEN TRANG");
  await account.getByRole("button", { name: "Lưu", exact: true }).click();
  await expect
    .poll(() => spa.call("GET", `branches/${spa.branch}/bank-account`))
    .toEqual({ bin: "970436", number: "0123456789", holder: "SEN TRANG" });
});

test("a day has two spans, and hours that strand a guest are saved only when the owner says so", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await spa.book(["Chị Mai"], { hour: 15 });
  const weekday = new Date(spa.tomorrow).getUTCDay();
  const name = ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"][weekday] ?? "";
  await open(page, spa, "&part=hours");
  await page.getByLabel(`Mở cửa ${name}`, { exact: true }).selectOption("09:00");
  await page.getByLabel(`Đóng cửa ${name}`, { exact: true }).selectOption("21:00");
  await page.getByRole("button", { name: `Thêm khung giờ ${name}` }).click();
  // The break begins when the treatment does.
  await expect(page.getByLabel(`Đóng cửa ${name}, khung 1`)).toHaveValue("15:00");
  await page.getByLabel(`Đóng cửa ${name}, khung 2`).selectOption("01:00");
  await expect(page.getByText("Đóng cửa sau nửa đêm")).toBeVisible();
  await save(page).click();
  const asked = page.getByRole("alertdialog");
  await expect(asked.getByRole("listitem")).toContainText("Chị Mai, 15:00");
  await asked.getByRole("button", { name: "Quay lại" }).click();
  expect((await read(spa)).hours).toHaveLength(7);

  await save(page).click();
  await asked.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  const { hours } = await read(spa);
  expect(hours.filter((span) => span.weekday === (weekday || 7))).toEqual([
    { weekday: weekday || 7, opens: "09:00", closes: "15:00" },
    { weekday: weekday || 7, opens: "16:00", closes: "01:00" },
  ]);
});

test("days with other hours are added and removed", async ({ page, request }) => {
  const spa = await makeSpa(request, noSpa);
  await open(page, spa, "&part=special");
  await page.getByRole("link", { name: "Thêm ngày" }).click();
  const panel = page.getByRole("dialog", { name: "Thêm ngày" });
  await panel.getByLabel("Lý do").fill("Sinh nhật spa");
  await panel.getByLabel("Từ ngày").fill(spa.tomorrow);
  await expect(panel.getByLabel("Đến hết ngày")).toHaveValue(spa.tomorrow);
  await panel.getByText("Nghỉ cả ngày").click();
  await panel.getByLabel("Mở cửa những ngày này").selectOption("10:00");
  await panel.getByLabel("Đóng cửa những ngày này").selectOption("16:00");
  await panel.getByRole("button", { name: "Thêm", exact: true }).click();
  await expect(panel).toHaveCount(0);
  const row = page.getByRole("listitem").filter({ hasText: "Sinh nhật spa" });
  await expect(row).toContainText("10:00–16:00");
  await row.getByRole("button").click();
  await expect(row).toHaveCount(0);
  expect((await read(spa)).special_hours).toEqual([]);
});

test("suggested holidays are closed together, and the one with a guest only when the owner says so", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1, policy: { horizon_days: 730 } });
  const year = Number(spa.today.slice(0, 4)) + 1;
  const [first, second] = await spa.call<SpecialHoursCreate[]>(
    "GET",
    `branches/${spa.branch}/holidays/${year}`,
  );
  const noon = Date.parse(spa.at(12)) + Date.parse(first?.first_day ?? "") - Date.parse(spa.tomorrow);
  const at = (hours: number) => new Date(noon + hours * 3_600_000).toISOString();
  const shift = { staff_id: spa.therapists[0]?.id, branch_id: spa.branch, start: at(0), end: at(4) };
  await spa.call("POST", "shifts", shift);
  await spa.book(["Chị Mai"], { body: { start: at(1) } });

  await open(page, spa, "&part=special");
  const reasonOf = (holiday: SpecialHoursCreate | undefined) => holiday?.reason ?? "";
  const suggested = (holiday: SpecialHoursCreate | undefined) =>
    page
      .getByRole("listitem")
      .filter({ hasText: reasonOf(holiday) })
      .filter({ has: page.getByRole("checkbox") });
  for (const holiday of [first, second])
    await suggested(holiday)
      .filter({ hasText: String(year) })
      .getByRole("checkbox")
      .first()
      .check();
  await page.getByRole("button", { name: "Nghỉ 2 dịp đã chọn" }).click();
  await expect(page.getByText("Đã thêm 1 dịp nghỉ.")).toBeVisible();
  const asked = page.getByRole("alertdialog");
  await expect(asked.getByRole("listitem").filter({ hasText: "Chị Mai, 13:00" })).toBeVisible();
  const closed = async () => (await read(spa)).special_hours.map(({ first_day }) => first_day);
  expect(await closed()).toEqual([second?.first_day]);
  await asked.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect.poll(closed).toEqual([first?.first_day, second?.first_day]);
  await expect(page.getByRole("button", { name: "Nghỉ tất cả" })).toBeVisible();
});

test("online booking is switched on in one press, and its address leads guests to the branch", async ({
  page,
  request,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const spa = await makeSpa(request, noSpa);
  const { key, name } = await read(spa);
  await signIn(page, "admin", "/setup");
  await page.getByRole("button", { name: `Bật đặt online cho ${name}` }).click();
  await expect(page.getByText(`${name} đã nhận đặt online.`)).toBeVisible();
  await expect(page.getByRole("link", { name: `/book/${key}` })).toBeVisible();

  await page.goto(`/setup/branches?branch=${spa.branch}&part=online`);
  await page.getByLabel("Lịch đặt online").selectOption("Chờ lễ tân xác nhận");
  await page.getByRole("button", { name: "Bớt: Số lịch sắp tới của một số điện thoại" }).click();
  await page
    .locator("form", { hasText: "Lịch đặt online" })
    .getByRole("button", { name: "Lưu", exact: true })
    .click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  expect(await read(spa)).toMatchObject({
    ...{ online_booking: true, approve_online: true },
    ...{ online_visits_per_phone: 2, online_check: "none" },
  });
  await page.getByRole("button", { name: "Chép địa chỉ" }).click();
  await expect(page.getByText("Đã chép địa chỉ.")).toBeVisible();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  expect(new URL(address).pathname).toBe(`/book/${key}`);
  const poster = await page.getByRole("link", { name: "In mã QR" }).getAttribute("href");
  for (const path of [address, poster ?? ""]) {
    const answer = await request.get(path);
    expect(answer.status(), path).toBe(200);
    expect(await answer.text()).toContain(name);
  }
});

test("a branch is added, is some minutes from the others, and is closed and opened again", async ({
  page,
  request,
}) => {
  const call = await api(request, "admin");
  const name = `Zen mới ${Math.random().toString(36).slice(2, 8)}`;
  await signIn(page, "admin", "/setup/branches");
  await page.getByRole("link", { name: "Thêm chi nhánh" }).click();
  const panel = page.getByRole("dialog", { name: "Thêm chi nhánh" });
  await panel.getByLabel("Tên spa hoặc chi nhánh").fill(name);
  await expect(panel.getByLabel("Mã trong địa chỉ")).toHaveValue(
    name.toLowerCase().replace("mới", "moi").replaceAll(" ", "-"),
  );
  await panel.getByRole("button", { name: "Thêm", exact: true }).click();
  // What it needs next: it is closed all week.
  await expect(page).toHaveURL(/part=hours/);
  const branch = (await call<BranchRead[]>("GET", "branches")).find((one) => one.name === name);
  expect(branch?.hours).toEqual([]);

  await page.getByRole("link", { name: "Thời gian di chuyển" }).click();
  await page.getByLabel("Sen Trắng Quận 1").selectOption("25 phút");
  await save(page).click();
  const travel = () => call("GET", `branches/${branch?.id}/travel-times`);
  await expect.poll(travel).toEqual([{ branch_id: factsOf().branch, minutes: 25 }]);

  await page.getByRole("link", { name: "Thông tin", exact: true }).click();
  await page.getByRole("button", { name: "Đóng cửa hẳn" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Đóng cửa hẳn" }).click();
  const again = page.getByRole("button", { name: `Mở lại ${name}` });
  await expect(again).toBeVisible();
  await again.click();
  await expect(page.getByText(`Đã mở lại ${name}.`)).toBeVisible();
  await expect(again).toHaveCount(0);
  // It would be the first of a test that names no branch.
  await call("PATCH", `branches/${branch?.id}`, { closed: true });
});

test("what was typed is not lost by a look at another part or branch", async ({ page, request }) => {
  const spa = await makeSpa(request, noSpa);
  const { name } = await read(spa);
  await open(page, spa);
  const choose = async () => {
    await page.getByRole("button", { name }).click();
    await page.getByRole("menuitemradio", { name: /^Sen Trắng Quận 1/ }).click();
  };
  const address = page.getByLabel("Địa chỉ", { exact: true });
  await address.fill("12 Nguyễn Huệ");
  await page.getByRole("link", { name: "Giờ mở cửa" }).click();
  await page.getByRole("button", { name: "Ở lại" }).click();
  await expect(address).toHaveValue("12 Nguyễn Huệ");
  await choose();
  await page.getByRole("button", { name: "Ở lại" }).click();
  await expect(address).toHaveValue("12 Nguyễn Huệ");
  await page.getByRole("button", { name: "Bỏ thay đổi" }).click();
  await choose();
  await expect(address).toHaveValue(/^246 Nguyễn Thiệp/);
  // The one that was chosen, and not the one that was left, is shown where the address names none.
  await page.goto("/setup/branches");
  await expect(address).toHaveValue(/^246 Nguyễn Thiệp/);
  await page.getByRole("link", { name: "Giờ mở cửa" }).click();
  await expect(page.getByRole("switch", { name: "Thứ Hai" })).toBeChecked();
});

test("the admin of a branch sees that branch alone, and what it has", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 2, beds: 3 });
  const [email = "", password = "", id = ""] = factsOf().therapists.at(-1) ?? [];
  const roles = (of: object[]) => spa.call("PUT", `users/${id}/roles`, { roles: of });
  await roles([{ role: "admin", branch_id: spa.branch }]);
  try {
    const { name } = await read(spa);
    await signIn(page, [email, password], "/setup");
    await expect(page.getByRole("heading", { name })).toBeVisible();
    await expect(page.getByText("Sen Trắng Quận 1")).toHaveCount(0);
    const count = (what: string) => page.locator("dl > div").filter({ hasText: what }).locator("dd");
    await expect(count("Giường, thiết bị")).toHaveText("3");
    await expect(count("Nhân viên")).toHaveText("2");
    await expect(page.getByRole("main").locator(".text-danger")).toHaveCount(0);
    const counts = page.getByRole("main").getByRole("term").getByRole("link");
    await expect(counts).toHaveText(["Chi nhánh", "Giường, thiết bị", "Nhân viên"]); // treatments are the owner's
    await counts.first().click();
    await expect(page.getByLabel("Tên spa hoặc chi nhánh")).toHaveValue(name);
    for (const absent of ["Thêm chi nhánh", "Thời gian di chuyển"])
      await expect(page.getByRole("link", { name: absent })).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Đóng cửa hẳn" })).toHaveCount(0);
    // What is the whole spa's is not offered by its address either.
    for (const path of ["treatments", "treatments/new", "users", "audit", "file"]) {
      await page.goto(`/setup/${path}`);
      await expect(page.getByText("Chỉ chủ spa xem được phần này")).toBeVisible();
    }
    // At the desk of another branch there is nothing to set up.
    const other = factsOf().branch;
    await roles([
      { role: "admin", branch_id: spa.branch },
      { role: "receptionist", branch_id: other },
    ]);
    for (const path of ["branches", "rooms"]) {
      await page.goto(`/setup/${path}?branch=${other}`);
      await expect(page.getByText("Chi nhánh này do người khác quản lý")).toBeVisible();
      await expect(page.getByRole("main").locator("form")).toHaveCount(0);
    }
    await page.goto("/setup");
    await expect(page.getByRole("heading", { name })).toBeVisible();
    await expect(page.getByText("Sen Trắng Quận 1")).toHaveCount(0);
  } finally {
    await roles([{ role: "therapist" }]);
  }
});

test("pages of a branch say that the branches could not be read, and read them again", async ({ page }) => {
  await page.route("**/api/v1/branches", (route) => route.fulfill({ status: 500, json: {} }));
  await signIn(page, "admin", "/setup/people");
  for (const name of ["Phòng và giường", "Chi nhánh", "Nhân sự và tay nghề"]) {
    await page.getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
  }
  await page.unroute("**/api/v1/branches");
  await page.getByRole("main").getByRole("alert").getByRole("button").click();
  await expect(page.getByRole("main").getByRole("alert")).toHaveCount(0);
  await expect(page.getByRole("grid")).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

  for (const [name, views] of Object.entries({
    hours: ["?part=hours", "?part=special", "?part=special&add=special"],
    rules: ["?part=rules", "?part=online", "?part=travel"],
    details: ["", "?add=branch"],
  }))
    test(`the ${name} of a branch fit a phone and have no violation`, async ({ page }) => {
      await signIn(page, "admin", "/setup");
      for (const view of views) {
        await page.goto(`/setup/branches${view}`);
        await expect(page.getByRole("main").locator("form, li").last()).toBeVisible();
        expect(await violationsOf(page), view).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, view).toBe(0);
      }
    });
});
