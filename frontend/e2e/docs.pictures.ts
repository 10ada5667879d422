/** The pictures of the READMEs: the show day at 13:40, as a receptionist sees it, a therapist on a phone, an owner, and a guest who books. */
import type { Page } from "@playwright/test";
import { booked, confirm, fillIn, openPhone, tap } from "./book";
import { drag } from "./days";
import { workEvening } from "./evening";
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
      await page.locator("[data-board=drawn]").waitFor();
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
    await expect(page.locator("[data-board=drawn]")).toBeVisible();
    await expect(page.getByText(/Trực tiếp|Live/)).toBeVisible();
    await act?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `../docs/pictures/${name}.png` });
    await context.close();
  });
}

test("therapist", async ({ browser, baseURL }) => {
  const viewport = { width: 390, height: 844 };
  const context = await browser.newContext({
    ...{ viewport, baseURL, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    locale: "vi-VN",
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date(factsOf().now));
  // For the server the show day is still to come: it allows no step.
  await page.route("**/visits/*/steps", async (route) => {
    const answer = await route.fetch();
    const { appointments } = (await answer.json()) as { appointments: object[] };
    const step = { request: "completed", status: "completed" };
    const json = { appointments: appointments.map((one) => ({ ...one, steps: [step] })) };
    await route.fulfill({ response: answer, json });
  });
  await signIn(page, "therapist", "/me");
  await page.getByRole("button", { name: "Hoàn tất" }).waitFor();
  await page.locator("nav ul li:nth-child(2) span[aria-hidden]").first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: "../docs/pictures/therapist.png" });
  await context.close();
});

test("rosters", async ({ page }) => {
  const { day, branch } = factsOf();
  await signIn(page, "admin", `/setup/rosters?branch=${branch}&day=${day}`);
  await page.locator("[data-shift]").nth(3).click();
  await page.getByRole("dialog").waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: "../docs/pictures/rosters.png" });
});

test("booking page", async ({ browser }) => {
  const page = await openPhone(browser, { viewport: { width: 390, height: 780 } });
  const picture = (name: string) => page.screenshot({ path: `../docs/pictures/book-${name}.png` });
  await page.goto("/book/quan-1");
  await page.getByRole("checkbox", { name: /90 phút 620.000đ/ }).check({ force: true });
  await page.evaluate(() => scrollTo(0, 0));
  await picture("treatments");
  await page.goto(`/book/quan-1/times?g=massage-thuy-dien.90&day=${factsOf().day}`);
  await picture("times");
  await tap(page, "14:30");
  await fillIn(page);
  await picture("details");
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
  await picture("visit");
  await page.context().close();
});

/** The owner's pages: `path` below /setup, and what is done there. */
const SETUP: Record<string, { path: string; act?: (page: Page) => Promise<void> }> = {
  "setup-hours": { path: "branches?part=hours" },
  "setup-rooms": { path: "rooms" },
  "setup-users": { path: "users?role=receptionist" },
  "setup-audit": { path: "audit?about=appointment" },
  "setup-treatment": {
    path: "treatments",
    act: async (page) => {
      await page.getByRole("link", { name: "Massage đá nóng" }).click();
      await page.getByRole("button", { name: "Sửa 75 phút" }).click();
      await page.getByLabel("Công đoạn 1: số phút").waitFor();
    },
  },
  "setup-people": {
    path: "people",
    act: async (page) => {
      await page.goto(`/setup/people?branch=${factsOf().branch}`);
      await page.getByRole("grid").waitFor();
    },
  },
};

for (const [name, { path, act }] of Object.entries(SETUP)) {
  test(name, async ({ browser, baseURL }) => {
    const context = await browser.newContext({ viewport: LAPTOP, baseURL, locale: "vi-VN" });
    const page = await context.newPage();
    await page.clock.setFixedTime(new Date(factsOf().now));
    await signIn(page, "admin", `/setup/${path}`);
    await page.locator("main :is(section li, td)").first().waitFor();
    await act?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `../docs/pictures/${name}.png` });
    await context.close();
  });
}

test("till", async ({ browser, baseURL, request }) => {
  const context = await browser.newContext({ viewport: LAPTOP, baseURL, locale: "vi-VN" });
  const page = await context.newPage();
  const look = async (name: string) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `../docs/pictures/${name}.png` });
  };
  await workEvening(page, request, { policy: { name: "Sen Trắng Thảo Điền" }, look });
  await context.close();
});
