/** No violation of WCAG 2.2 AA in what is opened beside and over the board, in both themes. `axe.spec.ts` has the board. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { expect, signIn, test } from "./facts";
import { makeSpa } from "./spa";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(() =>
    (
      globalThis as unknown as { axe: { run: (context: object, options: object) => Promise<AxeResults> } }
    ).axe.run(
      { exclude: ["header", "[data-card]"] },
      { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
    ),
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the card, its questions, and the columns", async ({ page, request }) => {
      const spa = await makeSpa(request);
      const visit = await spa.book(["Chị Mai", "Anh Khoa"], { hour: 11, body: { note: "Lực nhẹ" } });
      await signIn(
        page,
        "receptionist",
        `/desk/board?branch=${spa.branch}&day=${spa.tomorrow}&card=${visit.appointments[0]?.id}`,
      );
      const panel = page.locator("aside[role=dialog]");
      await panel.waitFor();
      for (const summary of await panel.locator("summary").all()) await summary.click();
      await expect(panel.getByText(/Đặt lịch lúc/).first()).toBeVisible();
      await expect(panel.getByRole("button", { name: "15:30" })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await panel.locator("[data-step=cancelled]").click();
      await page.getByRole("alertdialog").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await panel.press("?");
      await page.getByRole("dialog", { name: "Phím tắt" }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("[data-card]").first().click({ button: "right" });
      await page
        .getByRole("menuitem", { name: /Hủy lịch/ })
        .first()
        .waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("[data-column-menu]").first().click();
      await page.getByRole("menuitem", { name: "Khóa giờ" }).click();
      await page.getByRole("dialog", { name: "Khóa giờ" }).getByLabel("Lặp lại hằng tuần").click();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.goto(`/desk/board?branch=${spa.branch}&day=${spa.tomorrow}&sick=${spa.therapists[0]?.id}`);
      await page.getByRole("button", { name: /Áp dụng phương án|Khóa lịch/ }).waitFor();
      expect(await violations(page)).toEqual([]);
    });
  });
}
