/** The picture of a month in the READMEs, of a branch that has sold for two months. */
import { execFileSync } from "node:child_process";
import { addMonths, daysOfMonth, monthOf } from "../src/reports/period";
import { factsOf, signIn, test } from "./facts";

test("report", async ({ browser, baseURL }) => {
  const { branch, database, day, now } = factsOf();
  const month = addMonths(monthOf(day), -1);
  const days = [daysOfMonth(addMonths(month, -1)).first, daysOfMonth(month).last];
  execFileSync(".venv/bin/python", ["-m", "tests.e2e.sell", database, branch, ...days], {
    cwd: "../backend",
  });
  const viewport = { width: 1366, height: 768 };
  const context = await browser.newContext({ viewport, baseURL, locale: "vi-VN" });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date(now));
  await signIn(page, "admin", `/desk/reports?branch=${branch}&report=month&month=${month}`);
  await page.locator("[data-column-of]").nth(19).hover();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: "../docs/pictures/report.png" });
  await context.close();
});
