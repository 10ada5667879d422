import type { Page } from "@playwright/test";
import { bookFirst } from "./bookings";
import { api, expect, factsOf, signIn, test } from "./facts";
import { startNetwork } from "./proxy";

/** Open the board on the show day, at its hour. */
async function openShowDay(page: Page, search = ""): Promise<void> {
  const { day, now, branch } = factsOf();
  await page.clock.setFixedTime(new Date(now));
  await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=${day}${search}`);
  await expect(page.locator("[data-board=drawn]")).toBeVisible();
}

const boxes = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
      return { left, right, top, bottom, width, height };
    }),
  );

for (const view of ["staff", "rooms"]) {
  test(`every visit is seen whole, by ${view} (cases 14 and 15)`, async ({ page }) => {
    await openShowDay(page, view === "rooms" ? "&view=rooms" : "");
    const cards = await boxes(page, "[data-card]");
    expect(cards.length).toBeGreaterThan(15);
    for (const [index, card] of cards.entries()) {
      expect(card.height).toBeGreaterThanOrEqual(29);
      for (const other of cards.slice(index + 1)) {
        const isApart =
          card.right <= other.left + 0.5 ||
          other.right <= card.left + 0.5 ||
          card.bottom <= other.top + 0.5 ||
          other.bottom <= card.top + 0.5;
        expect(isApart, `${JSON.stringify(card)} and ${JSON.stringify(other)}`).toBe(true);
      }
    }
  });
}

test("a status is told by an icon and a word, and filtered in the address", async ({ page }) => {
  await openShowDay(page);
  const cancelled = page.locator("[data-status=cancelled]");
  await expect(cancelled.first()).toHaveAccessibleName(/Đã hủy/);
  await expect(cancelled.first().locator("svg").first()).toBeVisible();
  await page
    .getByRole("button", { name: /Đã hủy/ })
    .filter({ hasNot: page.locator("[data-card]") })
    .last()
    .click();
  await expect(cancelled).toHaveCount(0);
  await page.reload();
  await expect(page.locator("[data-card]").first()).toBeVisible();
  await expect(cancelled).toHaveCount(0);
});

test("the day, the time and the now-line are those of the branch (case 7)", async ({ browser, baseURL }) => {
  const { branch, day } = factsOf();
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", locale: "vi-VN", baseURL });
  const page = await context.newPage();
  // 10:15 in Saigon, 04:15 in Berlin.
  await page.clock.setFixedTime(new Date(`${day}T10:15:00+07:00`));
  await signIn(page, "receptionist", `/desk/board?branch=${branch}`);
  await expect(page.getByRole("heading", { name: /Hôm nay/ })).toContainText(`/12`);
  await expect(page.locator("[data-now]")).toContainText("10:15");
  const line = await page.locator("[data-now]").boundingBox();
  const hour = await page.locator("time", { hasText: /^10:00$/ }).boundingBox();
  expect(line && hour && line.y > hour.y).toBe(true);
  // Half past midnight in Saigon is still yesterday in Berlin.
  await page.clock.setFixedTime(new Date(`${day}T00:30:00+07:00`));
  await page.reload();
  const date = Number(day.slice(8));
  await expect(page.getByRole("heading", { name: /Hôm nay/ })).toContainText(`Thứ Bảy ${date}/`);
  await context.close();
});

test("the head and the hours stay with 40 columns scrolled right and down (case 16)", async ({
  page,
  request,
}) => {
  const { branch, day } = factsOf();
  const call = await api(request, "admin");
  const later = new Date(Date.parse(day) + 14 * 86_400_000).toISOString().slice(0, 10);
  const add = async (number: number) => {
    const key = `cot-${number}`;
    const staff = await call<{ id: string }>("POST", "staff", {
      ...{ key, full_name: `Nguyễn Thị Cột ${number}`, branch_ids: [branch], employed_from: "2026-01-01" },
    });
    await call("POST", "shifts", {
      ...{ staff_id: staff.id, branch_id: branch },
      ...{ start: `${later}T09:00:00+07:00`, end: `${later}T20:00:00+07:00` },
    });
  };
  for (let first = 0; first < 32; first += 8) {
    await Promise.all(Array.from({ length: 8 }, (_, index) => add(first + index)));
  }
  await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=${later}`);
  await expect(page.locator("[data-head]").nth(39)).toBeAttached();
  for (const [left, top] of [
    [0, 0],
    [3_000, 400],
    [100_000, 100_000],
  ] as const) {
    await page
      .locator("[data-board]")
      .evaluate((board, to) => board.scrollTo({ left: to[0], top: to[1] }), [left, top]);
    const [heads, columns] = [await boxes(page, "[data-head]"), await boxes(page, "[data-column]")];
    expect(heads.length).toBeGreaterThanOrEqual(40);
    for (const [index, head] of heads.entries()) {
      expect([head.left, head.right]).toEqual([columns[index]?.left, columns[index]?.right]);
      expect(head.width).toBeGreaterThanOrEqual(120);
      expect(head.top).toBe(heads[0]?.top);
    }
    const board = await page.locator("[data-board]").boundingBox();
    const gutter = await page.locator("time", { hasText: /^12:00$/ }).boundingBox();
    expect(heads[0]?.top).toBeCloseTo((board?.y ?? 0) + 1, 0);
    expect(gutter?.x).toBeLessThan(56);
  }
});

test("a booking of another desk is seen without a reload", async ({ page, request }) => {
  const { branch, day } = factsOf();
  await openShowDay(page);
  await expect(page.getByText("Trực tiếp")).toBeVisible();
  const visit = await bookFirst(await api(request), { branch, day, guest: "Chị Mận" });
  await expect(page.locator("[data-card]", { hasText: "Chị Mận" }).first()).toBeAttached();
  const call = await api(request);
  await call("PUT", `visits/${visit.id}/status`, { status: "cancelled" });
  await expect(page.locator("[data-card][data-status=cancelled]", { hasText: "Chị Mận" })).toBeAttached();
});

test("without the network the day stays, says since when, and is right soon after (case 13)", async ({
  page,
  request,
}) => {
  const { branch, day } = factsOf();
  const network = await startNetwork(Number(process.env.E2E_PORT));
  await signIn(
    page,
    "receptionist",
    `http://localhost:${network.port}/desk/board?branch=${branch}&day=${day}`,
  );
  await expect(page.getByText("Trực tiếp")).toBeVisible();
  await expect(page.locator("[data-board=drawn]")).toBeVisible();
  const before = await page.locator("[data-card]").count();
  await network.cut();
  await expect(page.getByText(/Mất kết nối. Đang thử lại….*Lịch này là lúc \d\d:\d\d\./)).toBeVisible();
  expect(await page.locator("[data-card]").count()).toBe(before);
  await bookFirst(await api(request), { branch, day, guest: "Anh Vắng" });
  await network.restore();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect(page.locator("[data-card]", { hasText: "Anh Vắng" }).first()).toBeAttached();
  await expect(page.getByText("Trực tiếp")).toBeVisible();
  await network.cut();
});

test("a name is a text, whatever it is", async ({ page, request }) => {
  const { branch, day } = factsOf();
  const name = "<img src=x onerror=alert(1)>";
  await bookFirst(await api(request), { branch, day, guest: name });
  page.on("dialog", () => expect(false, "a name ran as a script").toBe(true));
  await openShowDay(page);
  const card = page.locator("[data-card]", { hasText: name }).first();
  await card.click();
  await expect(page.getByRole("dialog").getByRole("heading", { name })).toBeVisible();
  await expect(page.locator("img[src=x]")).toHaveCount(0);
});

test("the keyboard leads into the board, from card to card, into the details and back", async ({ page }) => {
  await openShowDay(page);
  const first = page.locator("[data-card][tabindex='0']");
  await expect(first).toHaveCount(1); // one Tab leads past all cards
  await first.focus();
  await page.keyboard.press("ArrowDown");
  const second = page.locator("[data-card]:focus");
  await expect(second).toHaveCount(1);
  const key = await second.getAttribute("data-card");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.locator("[data-card]:focus")).toHaveCount(1);
  expect(key).not.toBeNull();
});

test("days are changed by buttons and kept in the address", async ({ page }) => {
  await openShowDay(page);
  const { day } = factsOf();
  await page.getByRole("button", { name: "Ngày sau" }).click();
  await expect(page).not.toHaveURL(new RegExp(`day=${day}`));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Ngày mai");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Hôm nay");
});

test("a day without shifts says so", async ({ page }) => {
  const { branch } = factsOf();
  await signIn(page, "receptionist", `/desk/board?branch=${branch}&day=2030-03-04`);
  await expect(page.getByText("Chưa xếp ca cho ngày này.")).toBeVisible();
});

test("a therapist sees their own day alone", async ({ page }) => {
  const { branch, day } = factsOf();
  await signIn(page, "therapist", `/desk/board?branch=${branch}&day=${day}`);
  await expect(page.locator("[data-head]", { hasText: "Hồng Nhung" })).toBeVisible();
  expect(await page.locator("[data-head]").count()).toBeLessThanOrEqual(2);
});
