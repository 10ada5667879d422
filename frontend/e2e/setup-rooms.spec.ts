/** The owner's page about rooms: beds and devices, what is broken, and what is used no more. */
import type { Page } from "@playwright/test";
import type { OutageRead, ResourceRead } from "../src/api/generated";
import { expect, signIn, test } from "./facts";
import { makeSpa, type TestSpa } from "./spa";
import { violationsOf } from "./violations";

const open = (page: Page, { branch }: TestSpa) => signIn(page, "admin", `/setup/rooms?branch=${branch}`);
const add = (page: Page) => page.getByRole("button", { name: "Thêm", exact: true });
const room = (page: Page, name: string) =>
  page.locator("section").filter({ has: page.getByRole("heading", { level: 2, name, exact: true }) });
const equipment = ({ call, branch }: TestSpa, retired = false) =>
  call<ResourceRead[]>("GET", `resources?branch_id=${branch}&retired=${retired}`);

test("a room gets beds of a new type, and one of them moves to another room", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 0, beds: 1 });
  await open(page, spa);
  const word = Math.random().toString(36).slice(2, 8);
  // Whoever adds a bed of a kind that is not in the list is led to the kinds.
  await page.getByRole("link", { name: "Thêm giường, máy vào Sen" }).click();
  const added = page.getByRole("dialog", { name: "Giường hoặc máy mới" });
  await added.getByRole("link", { name: "Thêm loại" }).click();
  await page.getByLabel("Tên tiếng Việt").fill(`Giường đá ${word}`);
  await add(page).click();
  await expect(page.getByRole("link", { name: `Giường đá ${word}` })).toBeVisible();

  await page.getByRole("link", { name: "Thêm phòng" }).click();
  await page.getByLabel("Tên phòng", { exact: true }).fill("Phòng Mai");
  await add(page).click();
  await expect(room(page, "Phòng Mai")).toContainText("Chưa có giường hay máy.");
  await page.getByRole("link", { name: "Thêm giường, máy vào Phòng Mai" }).click();
  await page.getByLabel("Loại").selectOption(`Giường đá ${word}`);
  await page.getByLabel("Tên", { exact: true }).fill("Giường Mai");
  await add(page).click();
  const bed = room(page, "Phòng Mai").getByRole("link", { name: "Giường Mai" });
  await expect(bed).toContainText(`Giường đá ${word}`);

  await bed.click();
  const panel = page.getByRole("dialog", { name: "Giường Mai" });
  await panel.getByLabel("Phòng").selectOption("Sen");
  await panel.getByLabel("Tên", { exact: true }).fill("Giường Mai 1");
  await panel.getByRole("button", { name: "Lưu", exact: true }).click();
  await expect(room(page, "Sen").getByRole("link", { name: "Giường Mai 1" })).toBeVisible();
  // Back closes what was opened, and leaves the page.
  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.getByRole("link", { name: "Đổi tên Phòng Mai" }).click();
  await page.getByLabel("Tên phòng", { exact: true }).fill("Phòng Cúc");
  await page.getByRole("button", { name: "Lưu", exact: true }).click();
  await expect(room(page, "Phòng Cúc")).toBeVisible();

  // A bed that is called after its room is called after it still.
  await page.getByRole("link", { name: "Thêm giường, máy vào Phòng Cúc" }).click();
  await page.getByLabel("Tên", { exact: true }).fill("Phòng Cúc · 1");
  await add(page).click();
  await page.getByRole("link", { name: "Đổi tên Phòng Cúc" }).click();
  await page.getByLabel("Tên phòng", { exact: true }).fill("Phòng Lan");
  await page.getByRole("button", { name: "Lưu", exact: true }).click();
  await expect(room(page, "Phòng Lan").getByRole("link", { name: "Phòng Lan · 1" })).toBeVisible();
});

test("a bed is taken out of use only when the owner knows of its guest, and is used again", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await spa.book(["Chị Mai"], { hour: 15 });
  await open(page, spa);
  await page.getByRole("link", { name: "Giường 1" }).click();
  await page.getByRole("button", { name: "Ngừng dùng" }).click();
  const asked = page.getByRole("alertdialog");
  await expect(asked.getByRole("listitem")).toContainText("Chị Mai, 15:00");
  await asked.getByRole("button", { name: "Quay lại" }).click();
  expect(await equipment(spa)).toHaveLength(1);
  await page.getByRole("button", { name: "Ngừng dùng" }).click();
  await asked.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(page.getByText("Đã ngừng dùng Giường 1.")).toBeVisible();
  expect(await equipment(spa, true)).toHaveLength(1);

  await page.getByText("Đã ngừng dùng · 1").click();
  await page.getByRole("button", { name: "Dùng lại Giường 1" }).click();
  await expect(room(page, "Sen").getByRole("link", { name: "Giường 1" })).toBeVisible();
  expect(await equipment(spa)).toHaveLength(1);
});

test("a broken bed is seen in its room until it is repaired", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 0, beds: 2 });
  await open(page, spa);
  const bed = page.getByRole("link", { name: "Giường 2" });
  await bed.click();
  const panel = page.getByRole("dialog", { name: "Giường 2" });
  await expect(panel.getByText("Đang dùng tốt.")).toBeVisible();
  await panel.getByRole("button", { name: "Báo hỏng" }).click();
  await panel.getByLabel("Hỏng gì").fill("Gãy chân giường");
  await panel.getByRole("button", { name: "Báo hỏng" }).click();
  await expect(panel.getByText("Gãy chân giường")).toBeVisible();
  await expect(bed).toContainText("Đang hỏng đến 23:30");
  const bedId = spa.beds[1]?.id;
  const outages = () =>
    spa.call<OutageRead[]>("GET", `resources/${bedId}/outages?start=${spa.at(-24)}&end=${spa.at(48)}`);
  expect(await outages()).toMatchObject([{ end: spa.at(23.5).replace(".000", "") }]);
  await panel.getByRole("button", { name: "Đã sửa xong: Gãy chân giường" }).click();
  await expect(bed).not.toContainText("Đang hỏng");
  expect(await outages()).toEqual([]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

  test("the rooms fit a phone and have no violation", async ({ page }) => {
    await signIn(page, "admin", "/setup/rooms");
    await expect(page.getByRole("link", { name: "Thêm loại" })).toBeVisible();
    const check = async (what: string) => {
      expect(await violationsOf(page), what).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, what).toBe(0);
    };
    await check("rooms");
    await page.locator("main section li a").first().click();
    await page.getByRole("button", { name: "Báo hỏng" }).click();
    await check("bed");
    for (const panel of ["new-bed:", "new-room:", "new-type:"]) {
      await page.goto(`/setup/rooms?open=${panel}`);
      await expect(page.getByRole("dialog").locator("form")).toBeVisible();
      await check(panel);
    }
  });
});
