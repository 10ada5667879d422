/** Keys that can be switched off, the way to the messages, and what is scrolled into view. */
import { expect, test } from "./facts";
import { makeSpa, openBoard } from "./spa";
import { OVER_THE_BOARD, violationsOf } from "./violations";

test("single keys are switched off on this device, and the help says so (WCAG 2.1.4)", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await spa.book(["Chị Mai"], { hour: 11 });
  await openBoard(page, spa);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Phím tắt" });
  await expect(help.getByText("Không dùng thì tắt trong menu tài khoản.")).toBeVisible();
  await expect(help.getByText("M", { exact: true })).toBeVisible();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Phím tắt một chữ" }).click();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
  await page.keyboard.press("Escape");
  const sent: string[] = [];
  page.on("request", (one) => one.method() !== "GET" && sent.push(one.url()));
  const card = page.locator("[data-card]").first();
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    await expect(card).toBeVisible();
    await card.focus();
    for (const key of ["m", "t", "a", "x", "n", "w", "?"]) await card.press(key);
    await expect(page.locator("[data-hand-bar], [data-tray], [role=dialog], [role=alertdialog]")).toHaveCount(
      0,
    );
  }
  expect(sent.filter((url) => !url.includes("/auth/"))).toEqual([]);

  // What a letter does, other keys and buttons do.
  await card.press("Shift+ArrowDown");
  await expect(page.locator("[data-hand-bar]")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Phím tắt/ }).click();
  await expect(help.getByText("Đang tắt. Bật lại trong menu tài khoản.")).toBeVisible();
  await expect(help.getByText("M", { exact: true })).toHaveCount(0);
});

test("F8 leads to the buttons of the newest message, and back to where the focus was", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  await spa.book(["Anh Khoa"], { hour: 14 });
  await openBoard(page, spa);
  const card = page.locator(`[data-card^="${visit.appointments[0]?.treatments[0]?.id}/"]`);
  await card.focus();
  await page.keyboard.press("m");
  for (let step = 0; step < 12; step += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");

  const failure = page.locator("[data-toast][data-type=failure]");
  await expect(failure.getByRole("alert")).toContainText("Chị Mai vẫn ở chỗ cũ.");
  await expect(failure.getByRole("alert")).toContainText("Nhấn F8 để đến các nút.");
  // A screen reader finds the buttons without the key, too: nothing hides them.
  const start = failure.getByRole("button", { name: /^\d\d:\d\d$/ }).first();
  await expect(start).toBeVisible();
  await expect(page.getByRole("region", { name: "Thông báo" })).toBeVisible();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);

  await card.focus();
  await page.keyboard.press("F8");
  await expect(start).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(failure).toHaveCount(0);
  await expect(card).toBeFocused();
});

test("lit places that are not seen are scrolled into view", async ({ page, request }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  const visit = await spa.book(["Chị Mai"], { hour: 2 });
  // Nothing is free until the evening.
  await spa.call("POST", "blocked-times", {
    ...{ branch_id: spa.branch, resource_id: spa.therapists[0]?.id, reason: "training", force: true },
    ...{ first_day: spa.tomorrow, starts: "00:00", ends: "20:00" },
  });
  await openBoard(page, spa);
  const card = page.locator(`[data-card^="${visit.appointments[0]?.treatments[0]?.id}/"]`);
  await card.focus();
  await page.keyboard.press("m");
  const lit = page.locator("[data-lit]").last();
  await expect(lit).toBeInViewport();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("[data-hand] [data-ghost]")).toBeInViewport();
});
