/** A therapist is ill: the proposal on the board, before and after. */
import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./facts";
import { choose, makeSpa, type TestSpa } from "./spa";
import { OVER_THE_BOARD, violationsOf } from "./violations";

const marks = (page: Page, kind: string) => page.locator(`[data-plan-mark=${kind}]`);

/** Open the proposal for the day of Lan Anh. */
async function openPlan(page: Page, spa: TestSpa) {
  await signIn(page, "receptionist", `/desk/board?branch=${spa.branch}&day=${spa.tomorrow}`);
  await choose(page, "Lan Anh", "Nghỉ đột xuất: chia lịch");
  return page.getByRole("dialog", { name: "Chia lịch của Lan Anh" });
}

test("the board shows who goes where, who is to be solved, and how it was before", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const [lan, nhung] = spa.therapists;
  await spa.book(["Chị Mai"], { hour: 11, wish: { therapist_id: lan?.id } });
  await spa.book(["Anh Khoa"], { hour: 14, wish: { therapist_id: lan?.id } });
  await spa.book(["Cô Hạnh"], { hour: 14, wish: { therapist_id: nhung?.id } });
  const panel = await openPlan(page, spa);
  await expect(panel.getByRole("status")).toContainText("1 dịch vụ đổi KTV.");
  await expect(panel.getByRole("status")).toContainText("1 dịch vụ chưa ai nhận được: cần xử lý.");

  const ghost = marks(page, "comes");
  await expect(ghost).toHaveText(/Chị Mai.*11:00–12:00.*thay Lan Anh/);
  const card = page.locator("[data-card]", { hasText: "Chị Mai" });
  const target = page.locator(`[data-column="${nhung?.id}"]`);
  const [ghostBox, cardBox, column] = [
    await ghost.boundingBox(),
    await card.boundingBox(),
    await target.boundingBox(),
  ];
  expect(Math.abs((ghostBox?.y ?? 0) - (cardBox?.y ?? 99))).toBeLessThan(2);
  expect(Math.abs((ghostBox?.x ?? 0) - (column?.x ?? 99))).toBeLessThan(5);
  await expect(marks(page, "unsolved")).toHaveText("Cần xử lý");
  await expect(marks(page, "leaves")).toHaveText("Hồng Nhung");

  // Before, from the keyboard: the same cards are outlined, and nobody has come.
  await panel.getByRole("button", { name: "Sau" }).focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(panel.getByRole("button", { name: "Trước" })).toHaveAttribute("aria-pressed", "true");
  await expect(ghost).toHaveCount(0);
  await expect(marks(page, "leaves")).toBeVisible();

  await panel.getByRole("button", { name: "Áp dụng phương án" }).press("Enter");
  await expect(page.getByText("Đã chia lịch của Lan Anh.").first()).toBeVisible();
  await expect(page.locator("[data-plan]")).toHaveCount(0);
  await expect(target.locator("[data-card]", { hasText: "Chị Mai" })).toBeVisible();
});

test("a proposal that the day has overtaken is replaced on the board, and the panel says so", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const [lan, nhung] = spa.therapists;
  await spa.book(["Chị Mai"], { hour: 11, wish: { therapist_id: lan?.id } });
  const panel = await openPlan(page, spa);
  await expect(marks(page, "comes")).toHaveCount(1);
  await spa.book(["Cô Hạnh"], { hour: 11, wish: { therapist_id: nhung?.id } });
  await panel.getByRole("button", { name: "Áp dụng phương án" }).click();
  await expect(panel.getByRole("status")).toContainText("Đây là phương án mới, chưa áp dụng.");
  await expect(marks(page, "comes")).toHaveCount(0);
  await expect(marks(page, "unsolved")).toHaveCount(1);
});

test("what the panel points at is scrolled into view, at once when movement is not wanted", async ({
  page,
  request,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const spa = await makeSpa(request);
  const [lan] = spa.therapists;
  await spa.book(["Chị Mai"], { hour: 6, wish: { therapist_id: lan?.id } });
  await spa.book(["Anh Khoa"], { hour: 20, wish: { therapist_id: lan?.id } });
  const panel = await openPlan(page, spa);
  const late = marks(page, "comes").filter({ hasText: "Anh Khoa" });
  await expect(late).not.toBeInViewport();
  await panel.getByRole("button", { name: /Anh Khoa/ }).focus();
  await expect(late).toBeInViewport();
});

test("a proposal has no violation of WCAG 2.2 AA", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const [lan, nhung] = spa.therapists;
  await spa.book(["Chị Mai"], { hour: 11, wish: { therapist_id: lan?.id } });
  await spa.book(["Anh Khoa"], { hour: 14, wish: { therapist_id: lan?.id } });
  await spa.book(["Cô Hạnh"], { hour: 14, wish: { therapist_id: nhung?.id } });
  await openPlan(page, spa);
  await expect(marks(page, "comes")).toBeVisible();
  expect(await violationsOf(page, OVER_THE_BOARD)).toEqual([]);
});
