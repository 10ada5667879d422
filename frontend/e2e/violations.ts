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

/** What is opened beside and over the board: the header and the cards have tests of their own. */
export const OVER_THE_BOARD: Context = { exclude: ["header", "[data-card]"] };

/** Return each violation with its element. `more` names rules beside those of WCAG. */
export async function violationsOf(
  page: Page,
  context: Context = "html",
  more: string[] = [],
): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    ([where, runOnly]) => (globalThis as unknown as { axe: Axe }).axe.run(where, { runOnly }),
    [context, [...WCAG, ...more]] as [Context, string[]],
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}
