/** Every screen in both languages, themes and at three sizes, to be looked at. LOOKS names the folder. */
import { expect, factsOf, signIn, test } from "./facts";

const SIZES = { laptop: [1366, 768], desktop: [1920, 1080], tablet: [1280, 800] } as const;
const folder = process.env.LOOKS ?? "test-results/looks";

// Not part of `make pictures`: LOOKS=/tmp/looks turns it on.
test.skip(process.env.LOOKS === undefined);

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const language of ["vi", "en"] as const) {
    for (const theme of ["light", "dark"] as const) {
      test(`${size} ${language} ${theme}`, async ({ browser }) => {
        const { day, now } = factsOf();
        const context = await browser.newContext({
          viewport: { width, height },
          locale: language === "vi" ? "vi-VN" : "en-GB",
          colorScheme: theme,
          hasTouch: size === "tablet",
        });
        const page = await context.newPage();
        await page.clock.setFixedTime(new Date(now));
        const picture = (name: string) =>
          page.screenshot({ path: `${folder}/${name}-${size}-${language}-${theme}.png` });
        await page.goto("/desk");
        await page.locator("input[name=login]").waitFor();
        await picture("sign-in");
        await signIn(page, "receptionist", `/desk/board?day=${day}`);
        await expect(page.locator("[data-board=drawn]")).toBeVisible();
        await picture("board");
        await page.locator("[data-status=in_service]").first().click();
        await page.getByRole("dialog").waitFor();
        await picture("details");
        await page.keyboard.press("Escape");
        await page.goto(`/desk/board?day=${day}&view=rooms`);
        await expect(page.locator("[data-board=drawn]")).toBeVisible();
        await picture("rooms");
        await context.close();
      });
    }
  }
}

test("states", async ({ page }) => {
  const { day, now, branch } = factsOf();
  await page.clock.setFixedTime(new Date(now));
  await page.route("**/api/**/board?**", (route) => route.abort());
  await page.route("**/api/**/board/stream**", (route) => route.abort());
  await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=${day}`);
  await page.screenshot({ path: `${folder}/state-loading.png` });
  await expect(page.getByRole("alert")).toBeVisible();
  await page.screenshot({ path: `${folder}/state-failed.png` });
  await page.unroute("**/api/**/board?**");
  await page.getByRole("button", { name: "Thử lại" }).click();
  await expect(page.locator("[data-board=drawn]")).toBeVisible();
  await expect(page.getByText(/Mất kết nối/)).toBeVisible();
  await page.screenshot({ path: `${folder}/state-stale.png` });
  await page.goto(`/desk/board?branch=${branch}&day=2030-03-04`);
  await expect(page.getByText("Chưa xếp ca cho ngày này.")).toBeVisible();
  await page.screenshot({ path: `${folder}/state-empty.png` });
});
