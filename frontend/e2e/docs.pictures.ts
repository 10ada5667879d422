/** The pictures of the READMEs: the show day at 13:40, as a receptionist sees it. */
import type { Page } from "@playwright/test";
import { drag } from "./days";
import { expect, factsOf, signIn, test } from "./facts";

interface Picture {
  search?: string;
  language?: "vi-VN" | "en-GB";
  theme?: "light" | "dark";
  viewport?: { width: number; height: number };
  hasTouch?: boolean;
  /** What is done before the picture is taken. */
  act?: (page: Page) => Promise<void>;
}

const LAPTOP = { width: 1366, height: 768 };
const TABLET = { width: 1280, height: 800 };

const PICTURES: Record<string, Picture> = {
  board: {
    act: async (page) => {
      await page.locator("[data-status=in_service]").first().click();
      await page.getByRole("dialog").waitFor();
    },
  },
  "board-rooms-dark": { search: "&view=rooms", language: "en-GB", theme: "dark" },
  dragging: {
    act: async (page) => {
      const card = page.locator("[data-card][data-status=confirmed]").first();
      await card.scrollIntoViewIfNeeded();
      const box = await card.boundingBox();
      if (box === null) throw new Error("no card");
      await drag(page, card, { x: box.x + box.width / 2 + 280, y: box.y + 100 });
      await page.locator("[data-lit]").first().waitFor();
    },
  },
  "sick-therapist": {
    act: async (page) => {
      // The therapist with the most guests to come.
      const columns = page.locator("[data-column]").filter({ has: page.locator("[data-status=confirmed]") });
      const busiest = await columns.evaluateAll((all) => {
        const count = (column: Element) => column.querySelectorAll("[data-status=confirmed]").length;
        const [first] = [...all].sort((a, b) => count(b) - count(a));
        return (first as HTMLElement | undefined)?.dataset.column ?? "";
      });
      await page.goto(`${page.url()}&sick=${busiest}`);
      await page.getByRole("button", { name: "Áp dụng phương án" }).waitFor();
    },
  },
  booking: {
    language: "en-GB",
    act: async (page) => {
      await page.keyboard.press("n");
      await page.getByPlaceholder(/^Name or last/).fill("lan");
      await page.getByRole("option").first().click();
      await page.getByPlaceholder(/^Find a treatment/).fill("swedish 60");
      await page.keyboard.press("Enter");
      await expect(page.locator("[data-submit]")).toHaveText(/\d\d:\d\d/);
    },
  },
  week: {
    act: async (page) => {
      const staff = await page.locator("[data-column]").nth(2).getAttribute("data-column");
      await page.goto(page.url().replace("?", `?view=week&staff=${staff}&`));
      await page.locator("[data-card]").first().waitFor();
    },
  },
  tablet: { viewport: TABLET, hasTouch: true, search: "&view=rooms" },
};

for (const [name, picture] of Object.entries(PICTURES)) {
  const {
    search = "",
    language = "vi-VN",
    theme = "light",
    viewport = LAPTOP,
    hasTouch = false,
    act,
  } = picture;
  test(name, async ({ browser, baseURL }) => {
    const { day, now, branch } = factsOf();
    const options = { viewport, hasTouch, baseURL, locale: language, colorScheme: theme };
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.clock.setFixedTime(new Date(now));
    await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=${day}${search}`);
    await expect(page.locator("[data-card]").first()).toBeVisible();
    await expect(page.getByText(/Trực tiếp|Live/)).toBeVisible();
    await act?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `../docs/pictures/${name}.png` });
    await context.close();
  });
}
