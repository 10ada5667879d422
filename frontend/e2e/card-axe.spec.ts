/** No violation of WCAG 2.2 AA in what is opened beside and over the board, in both themes. `axe.spec.ts` has the board. */
import { expect, signIn, test } from "./facts";
import { makeSpa } from "./spa";
import { OVER_THE_BOARD, violationsOf } from "./violations";

test("the card, its questions, and the columns", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai", "Anh Khoa"], { hour: 11, body: { note: "Lực nhẹ" } });
  await signIn(
    page,
    "receptionist",
    `/desk/board?branch=${spa.branch}&day=${spa.tomorrow}&card=${visit.appointments[0]?.id}`,
  );
  const panel = page.locator("aside[role=dialog]");
  await panel.locator("summary").first().waitFor();
  for (const summary of await panel.locator("summary").all()) await summary.click();
  await expect(panel.getByText(/Đặt lịch lúc/).first()).toBeVisible();
  await expect(panel.getByRole("button", { name: "15:30" })).toBeVisible();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
  await panel.locator("[data-step=cancelled]").click();
  await page.getByRole("alertdialog").waitFor();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
  await page.keyboard.press("Escape");
  await panel.press("?");
  await page.getByRole("dialog", { name: "Phím tắt" }).waitFor();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator("[data-card]").first().click({ button: "right" });
  await page
    .getByRole("menuitem", { name: /Hủy lịch/ })
    .first()
    .waitFor();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator("[data-column-menu]").first().click();
  await page.getByRole("menuitem", { name: "Khóa giờ" }).click();
  await page.getByRole("dialog", { name: "Khóa giờ" }).getByLabel("Lặp lại hằng tuần").click();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.goto(`/desk/board?branch=${spa.branch}&day=${spa.tomorrow}&sick=${spa.therapists[0]?.id}`);
  await page.getByRole("button", { name: /Áp dụng phương án|Khóa lịch/ }).waitFor();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
});
