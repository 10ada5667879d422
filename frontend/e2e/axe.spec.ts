/** No violation of WCAG 2.2 AA on any screen and state, in both themes (case 23). */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { expect, factsOf, signIn, test } from "./facts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }),
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the sign-in page", async ({ page }) => {
      await page.goto("/desk");
      await page.getByRole("button", { name: "Đăng nhập" }).click();
      await expect(page.getByText("Cần mật khẩu.")).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    test("the board, its details and menus", async ({ page }) => {
      const { day, now, branch } = factsOf();
      await page.clock.setFixedTime(new Date(now));
      await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=${day}`);
      await expect(page.getByText("Trực tiếp")).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.locator("[data-card]").first().click();
      await page.getByRole("dialog").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
      await page.getByRole("menu").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.goto(`/desk/board?branch=${branch}&day=${day}&view=rooms`);
      await expect(page.getByText("Trực tiếp")).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    test("a day without shifts", async ({ page }) => {
      await signIn(page, "receptionist", `/desk/board?branch=${factsOf().branch}&day=2030-03-04`);
      await expect(page.getByText("Chưa xếp ca cho ngày này.")).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });
}
