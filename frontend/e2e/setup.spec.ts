/** The screens of an owner: a spa from nothing, and its set-up file. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { type EmptySpa, startEmptySpa } from "./empty";
import { api, expect, signIn, signInByHand, test } from "./facts";
import { violationsOf } from "./violations";

const PEOPLE = ["Nguyễn Thị Lan", "Trần Thị Hoa", "Lê Thị Hồng Nhung", "Phạm Văn Khoa", "Vũ Thị Lan Anh"];

const next = (page: Page) => page.getByRole("button", { name: "Tiếp tục" });
const step = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

test.describe("an empty spa", () => {
  test.describe.configure({ mode: "serial", timeout: 180_000 });
  let spa: EmptySpa;
  test.beforeAll(async () => {
    spa = await startEmptySpa();
  });
  test.afterAll(async () => await spa.stop());

  test("every step fits a phone and has no violation", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await signIn(page, spa.owner, `${spa.url}/desk`);
    await page.getByLabel("Tên spa hoặc chi nhánh").fill("Sen Trắng");
    for (const name of ["branch", "rooms", "treatments", "people", "shifts", "check"]) {
      await page.goto(`${spa.url}/setup/start?step=${name}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      if (name === "treatments") await page.getByRole("button", { name: "Sửa Massage Thái" }).click();
      if (name === "people") await page.getByPlaceholder("Họ tên").last().fill("Nguyễn Thị Lan");
      expect(await violationsOf(page)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, name).toBe(0);
    }
  });

  test("three rooms, five people and eight treatments become a spa in which a guest is booked", async ({
    page,
  }) => {
    await signInByHand(page, spa.owner, `${spa.url}/desk`);
    // There is no board to show yet.
    await expect(step(page, "Spa ở đâu, mở cửa lúc nào?")).toBeVisible();
    await next(page).click();
    await expect(page.getByText("Điền tên spa.")).toBeVisible();
    await page.getByLabel("Tên spa hoặc chi nhánh").fill("Sen Trắng Quận 1");
    await page.getByLabel("Địa chỉ").fill("246 Nguyễn Thiệp, Quận 1");
    await page.getByLabel("Số điện thoại").fill("028 3822 1234");
    await next(page).click();

    await expect(step(page, "Spa có bao nhiêu phòng, giường?")).toBeFocused();
    await page.getByRole("button", { name: "Thêm: Số giường của Phòng 1" }).click();
    await page.getByLabel("Loại giường của Phòng 3").selectOption({ label: "Giường chăm sóc da" });
    await page.getByRole("button", { name: "Thêm: Số giường của Phòng 3" }).click();
    await expect(page.getByText("3 phòng · 5 giường")).toBeVisible();
    await next(page).click();

    await expect(page.getByText("Đã chọn 8 dịch vụ")).toBeVisible();
    await page.getByRole("button", { name: "Sửa Massage Thái" }).click();
    const price = page.getByLabel("Giá của 60 phút");
    await price.fill("420000");
    await expect(price).toHaveValue("420.000");
    await page.reload(); // what was entered stays
    await expect(page.getByText("60 phút · 420.000đ")).toBeVisible();
    await next(page).click();

    await page.getByPlaceholder("Họ tên").evaluate((field, names) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text", names.join("\n"));
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, PEOPLE);
    await expect(page.getByText("5 nhân viên")).toBeVisible();
    const gender = page.getByRole("group", { name: "Giới tính của Phạm Văn Khoa" });
    await expect(gender.getByRole("button", { name: "Nam" })).toHaveAttribute("aria-pressed", "true");
    await page
      .getByRole("group", { name: "Phạm Văn Khoa làm được" })
      .getByRole("button", { name: "Chăm sóc da" })
      .click();
    await next(page).click();

    const dayOff = page.getByRole("button", { name: "Nguyễn Thị Lan làm T2" });
    await dayOff.click();
    await expect(dayOff).toHaveAttribute("aria-pressed", "false");
    await page.getByLabel("Giờ làm của Phạm Văn Khoa").selectOption({ label: "Giờ riêng" });
    await next(page).click();

    await expect(page.getByText("8 dịch vụ")).toBeVisible();
    await expect(page.getByText("5 giường", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Lưu và mở spa" }).click();
    await expect(step(page, "Spa đã sẵn sàng nhận khách")).toBeVisible();
    await expect(page.getByText("Giờ trống gần nhất:")).toBeVisible();
    await page.getByRole("button", { name: "Bật đặt online" }).click();
    const bookingPage = page.getByRole("link", { name: "/book/sen-trang-quan-1" });
    await expect(bookingPage).toBeVisible();
    expect(await violationsOf(page)).toEqual([]);
    const guests = page.waitForEvent("popup");
    await bookingPage.click();
    await expect((await guests).getByText("Massage Thái").first()).toBeVisible();

    await page.getByRole("link", { name: "Mở bảng lịch" }).click();
    await page.getByRole("button", { name: "Ngày sau" }).click();
    await page.getByRole("button", { name: "Đặt lịch", exact: true }).click();
    await page.getByPlaceholder("Tìm tên hoặc 4 số cuối").fill("Chị Mai");
    await page.getByRole("option", { name: /Chỉ ghi tên/ }).click();
    await page.getByPlaceholder(/^Tìm dịch vụ/).fill("massage thai 60");
    await page.keyboard.press("Enter");
    await page.locator("[data-booking] [data-start]").first().click();
    await page.locator("[data-submit]").click();
    await expect(page.locator("[data-card]").filter({ hasText: "Chị Mai" })).toBeVisible();
  });

  test("a spa that is set up is shown, and not set up again", async ({ page }) => {
    await signIn(page, spa.owner, `${spa.url}/setup/start`);
    await expect(step(page, "Tổng quan")).toBeVisible();
    await expect(page.getByText("Sen Trắng Quận 1")).toBeVisible();
    await expect(page.getByRole("link", { name: "Bắt đầu" })).toHaveCount(0);
    await page.getByRole("main").getByRole("link", { name: "Dịch vụ" }).click();
    await expect(page).toHaveURL(/\/setup\/treatments$/);
  });
});

test("the set-up file is downloaded, and one that is changed shows what it changes before it is applied", async ({
  page,
  request,
}) => {
  await signIn(page, "admin", "/desk");
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await page.getByRole("menuitem", { name: "Cài đặt spa" }).click();
  await page.getByRole("link", { name: "Tệp cài đặt" }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Tải tệp" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe("zenspa.yaml");
  const yaml = await readFile(await file.path(), "utf-8");

  const choose = async (content: string) =>
    await page.locator("input[type=file]").setInputFiles({
      name: "spa.yaml",
      mimeType: "application/yaml",
      buffer: Buffer.from(content),
    });
  await choose(yaml.replace("version: 1", "version: 2"));
  await expect(page.getByRole("alert")).toContainText("dòng 1: version");
  await choose(yaml);
  await expect(page.getByText("Không có gì thay đổi.")).toBeVisible();
  await choose(yaml.replace(/employed_from: .*/, "employed_from: 2019-02-03"));
  await expect(page.getByText("ngày vào làm:")).toBeVisible();
  await choose(yaml.replace("price: 450000", "price: 460000"));
  await expect(page.getByText("giá: 450.000đ")).toContainText("460.000đ");
  await choose(
    // The last one: a category before the others would move those of all other tests of the run.
    yaml.replace("\nadd_ons:\n", "\n  - {key: xong-hoi, name: {vi: Xông hơi, en: Sauna}}\nadd_ons:\n"),
  );
  await expect(page.getByRole("heading", { name: "Thêm mới · 1" })).toBeVisible();
  await expect(page.getByText("Xông hơi")).toBeVisible();
  const call = await api(request, "admin");
  const keys = async () =>
    (await call<{ categories: { key: string }[] }>("GET", "setup")).categories.map(({ key }) => key);
  expect(await keys()).not.toContain("xong-hoi");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Áp dụng thay đổi" }).click();
  await expect(page.getByText("Đã nhập xong.")).toBeVisible();
  expect(await keys()).toContain("xong-hoi");
});

test("a receptionist sees no set-up, and the desk loads none of its code", async ({ page }) => {
  const files: string[] = [];
  page.on("request", (request) => files.push(request.url()));
  await signIn(page, "receptionist", "/setup");
  await expect(page.getByText("Chỉ chủ spa xem được phần này")).toBeVisible();
  expect(files.some((file) => file.includes("SetupShell"))).toBe(true);
  files.length = 0;
  await page.goto("/desk/board");
  await expect(page.locator("[data-board]")).toBeVisible();
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await expect(page.getByRole("menuitem", { name: "Đăng xuất" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Cài đặt spa" })).toHaveCount(0);
  expect(files.filter((file) => /[Ss]etup/.test(file))).toEqual([]);
});
