/** What axe finds against WCAG 2.2 AA on a page as it is now. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";

type Context = string | { exclude: string[] };

interface Axe {
  run: (context: Context, options: RunOptions) => Promise<AxeResults>;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** The rules of WCAG that are about colours: the themes differ in nothing else. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** What is opened beside and over the board: the header and the cards have tests of their own. */
export const OVER_THE_BOARD: Context = { exclude: ["header", "[data-card]"] };

/** Return each violation with its element, in both themes. `more` names rules beside those of WCAG. */
export async function violationsOf(
  page: Page,
  context: Context = "html",
  more: string[] = [],
): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const light = await check(page, context, [...WCAG, ...more]);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await check(page, context, { type: "rule", values: OF_COLOURS });
  await page.emulateMedia({ colorScheme: "light" });
  return [...light, ...dark.map((violation) => `dark: ${violation}`)];
}

async function check(page: Page, context: Context, runOnly: RunOptions["runOnly"]): Promise<string[]> {
  return await page.evaluate(
    async ([where, rules]) => {
      const passing = document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(passing.map(({ finished }) => finished));
      // Only the violations leave the page: what passes is a megabyte.
      const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(where, { runOnly: rules });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
      );
    },
    [context, runOnly] as [Context, NonNullable<RunOptions["runOnly"]>],
  );
}
