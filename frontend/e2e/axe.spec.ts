/** No violation of WCAG 2.2 AA on any screen and state, in both themes (case 23). */
import { expect, factsOf, signIn, test } from "./facts";
import { violationsOf } from "./violations";

test("the sign-in page", async ({ page }) => {
  await page.goto("/desk");
  await page.getByRole("button", { name: "Đăng nhập" }).click();
  await expect(page.getByText("Cần mật khẩu.")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
});

test("the board, its details and menus", async ({ page }) => {
  const { day, now, branch } = factsOf();
  await page.clock.setFixedTime(new Date(now));
  await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=${day}`);
  await expect(page.getByText("Trực tiếp")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.locator("[data-card]").first().click();
  await page.getByRole("dialog").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await page.getByRole("menu").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.goto(`/desk/board?branch=${branch}&day=${day}&view=rooms`);
  await expect(page.getByText("Trực tiếp")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
});

test("a day without shifts", async ({ page }) => {
  await signIn(page, "receptionist", `/desk/board?branch=${factsOf().branch}&day=2030-03-04`);
  await expect(page.getByText("Chưa xếp ca cho ngày này.")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
});
