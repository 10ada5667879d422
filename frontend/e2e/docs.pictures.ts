/** The pictures of the READMEs. */
import { expect, factsOf, signIn, test } from "./facts";

const folder = "../docs/pictures";

for (const [name, locale, colorScheme, view] of [
  ["board", "vi-VN", "light", "staff"],
  ["board-rooms-dark", "en-GB", "dark", "rooms"],
] as const) {
  test(name, async ({ browser, baseURL }) => {
    const { day, now, branch } = factsOf();
    const context = await browser.newContext({
      viewport: { width: 1366, height: 768 },
      baseURL,
      locale,
      colorScheme,
    });
    const page = await context.newPage();
    await page.clock.setFixedTime(new Date(now));
    const search = view === "rooms" ? "&view=rooms" : "";
    await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=${day}${search}`);
    await expect(page.locator("[data-card]").first()).toBeVisible();
    await expect(page.getByText(/Trực tiếp|Live/)).toBeVisible();
    if (view === "staff") {
      await page.locator("[data-status=in_service]").first().click();
      await page.getByRole("dialog").waitFor();
      await page.evaluate(() => document.fonts.ready);
    }
    await page.screenshot({ path: `${folder}/${name}.png` });
    await context.close();
  });
}
