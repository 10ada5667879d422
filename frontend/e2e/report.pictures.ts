/** The picture of a month in the READMEs: the demo spa with all its branches, after it has sold for some weeks. */
import { execFileSync } from "node:child_process";
import { addMonths, monthOf } from "../src/reports/period";
import { factsOf, signIn, test } from "./facts";

test("report", async ({ browser, baseURL }) => {
  const { accounts, branch, database } = factsOf();
  const users = [accounts.receptionist[0], accounts.admin[0]];
  execFileSync(".venv/bin/python", ["-m", "tests.e2e.sell", database, ...users], { cwd: "../backend" });
  const context = await browser.newContext({
    ...{ viewport: { width: 1366, height: 768 }, baseURL, locale: "vi-VN" },
    timezoneId: "Asia/Ho_Chi_Minh",
  });
  const page = await context.newPage();
  const today = new Date().toISOString().slice(0, 10);
  // The one of the last two months that has more of the days on which it sold.
  const month = addMonths(monthOf(today), today.slice(8) > "15" ? 0 : -1);
  await signIn(page, "admin", `/desk/reports?branch=${branch}&report=month&month=${month}&all=true`);
  await page.locator("[data-column-of]").nth(13).hover();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: "../docs/pictures/report.png" });
  await context.close();
});
