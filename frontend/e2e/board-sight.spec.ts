/** What the board keeps in sight, and what it tells at a glance. */
import type { Page } from "@playwright/test";
import { expect, test } from "./facts";
import { makeSpa, openBoard, type TestSpa, type TestVisit } from "./spa";
import { violationsOf } from "./violations";

const cardOf = (page: Page, visit: TestVisit, guest = 0) =>
  page.locator(`[data-card^="${visit.appointments[guest]?.treatments[0]?.id}/"]`).first();

const timeOf = ({ zone }: TestSpa, instant: number) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(instant);

for (const width of [820, 1024]) {
  test(`an opened card stays in sight beside its panel, on a screen of ${width} px`, async ({
    page,
    request,
  }) => {
    const spa = await makeSpa(request, { therapists: 6, beds: 2 });
    const [lan, , , , , bao] = spa.therapists;
    const first = await spa.book(["Chị Mai"], { hour: 10, wish: { therapist_id: lan?.id } });
    const last = await spa.book(["Anh Khoa"], { hour: 20, wish: { therapist_id: bao?.id } });
    await page.setViewportSize({ width, height: 768 });
    await openBoard(page, spa);
    // What narrows the board stands beside the day or below it, never over it.
    const [date, filter] = await Promise.all([
      page.getByRole("button", { name: "Chọn ngày" }).boundingBox(),
      page.getByPlaceholder(/^Lọc khách/).boundingBox(),
    ]);
    if (date === null || filter === null) throw new Error("the toolbar is not drawn");
    expect(filter.x >= date.x + date.width || filter.y >= date.y + date.height).toBe(true);
    const panel = page.getByRole("dialog");
    const expectInSight = (visit: TestVisit) =>
      expect
        .poll(async () => {
          const [card, beside, board] = await Promise.all([
            cardOf(page, visit).boundingBox(),
            panel.boundingBox(),
            page.locator("[data-board]").boundingBox(),
          ]);
          if (card === null || beside === null || board === null) return "not drawn";
          const isInSight =
            card.x >= board.x + 56 &&
            card.x + card.width <= beside.x &&
            card.y >= board.y + 52 &&
            card.y + card.height <= board.y + board.height;
          return isInSight ? "in sight" : JSON.stringify({ card, beside, board });
        })
        .toBe("in sight");
    for (const visit of [last, first]) {
      await cardOf(page, visit).click();
      await expect(panel).toBeVisible();
      await expectInSight(visit);
      await page.keyboard.press("Escape");
      await expect(panel).toBeHidden();
    }
    // Opened by its address, it is not drawn yet.
    await page.goto(`${page.url()}&card=${last.appointments[0]?.id}`);
    await expect(panel).toBeVisible();
    await expectInSight(last);
  });
}

test("the hour at the top stays where it is when a short card stretches the day", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"]);
  await openBoard(page, spa, "", "receptionist", spa.today);
  const board = page.locator("[data-board]");
  await board.evaluate((element) => element.scrollTo({ top: 700 }));
  const measure = () =>
    board.evaluate((element) => {
      const column = element.querySelector("[data-column]");
      if (column === null) throw new Error("no column");
      const hour = Number.parseFloat(getComputedStyle(column).backgroundSize.split(" ")[1] ?? "");
      return { hour, top: element.scrollTop / hour };
    });
  const before = await measure();
  for (const status of ["arrived", "in_service", "completed"])
    await spa.call("PUT", `visits/${visit.id}/status`, { status }); // done after a minute
  await expect(page.locator("[data-card][data-status=completed]")).toBeVisible();
  const after = await measure();
  expect(after.hour).toBeGreaterThan(before.hour);
  expect(after.top).toBeCloseTo(before.top, 1);
});

test("the cards of a party say so, and one that is pointed at outlines the others", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 4, beds: 4 });
  const party = await spa.book(["Chị Mai", "Anh Khoa"], { hour: 10 });
  const alone = await spa.book(["Cô Hạnh"], { hour: 10 });
  await openBoard(page, spa);
  const [mai, khoa, hanh] = [cardOf(page, party), cardOf(page, party, 1), cardOf(page, alone)];
  await expect(mai).toHaveAccessibleName(/Nhóm 2 khách/);
  await expect(hanh).not.toHaveAccessibleName(/Nhóm/);
  const outlined = page.locator("[data-outlined]");
  await mai.hover();
  await expect(khoa).toHaveCSS("outline-style", "solid");
  await expect(outlined).toHaveCount(1);
  await khoa.hover();
  await expect(mai).toHaveCSS("outline-style", "solid");
  await expect(outlined).toHaveCount(1);
  await hanh.hover();
  await expect(outlined).toHaveCount(0);
  await khoa.focus();
  await expect(mai).toHaveCSS("outline-style", "solid");
});

test("a head says who is free until when, who is busy, and who is off", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const [lan, nhung] = spa.therapists;
  const visit = await spa.book(["Chị Mai"], { wish: { therapist_id: lan?.id } });
  const until = timeOf(spa, Date.parse(visit.appointments[0]?.start ?? "") + 3_600_000);
  await openBoard(page, spa, "", "receptionist", spa.today);
  await expect(page.locator(`[data-head="${lan?.id}"]`)).toContainText(`Bận đến ${until}`);
  await expect(page.locator(`[data-head="${nhung?.id}"]`)).toContainText("Rảnh đến 00:00");
  expect(await violationsOf(page, "[data-board]")).toEqual([]);
  // What is filtered away is not free.
  await page.goto(`/desk/board?branch=${spa.branch}&day=${spa.today}&guest=nobody`);
  await expect(page.locator(`[data-head="${lan?.id}"]`)).toContainText(`Bận đến ${until}`);
  await page.goto(`/desk/board?branch=${spa.branch}&day=${spa.tomorrow}`);
  await expect(page.locator(`[data-head="${lan?.id}"]`)).toBeVisible();
  await expect(page.locator("[data-state]")).toHaveCount(0);
});

test("by room, the room is named once, and the end of a long name of a bed is seen", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const [first, second] = spa.beds;
  const name = (number: number) => `Giường massage đá nóng Himalaya số ${number}`;
  await spa.call("PATCH", `resources/${first?.id}`, { name: name(1) });
  await spa.call("PATCH", `resources/${second?.id}`, { name: name(2) });
  await page.setViewportSize({ width: 390, height: 768 }); // the columns are as narrow as they get
  await openBoard(page, spa, "&view=rooms");
  for (const [index, bed] of spa.beds.entries()) {
    const head = page.locator(`[data-head="${bed.id}"]`);
    await expect(head).toContainText(name(index + 1));
    const [end, whole] = await Promise.all([head.locator("bdi").boundingBox(), head.boundingBox()]);
    if (end === null || whole === null) throw new Error("no head");
    expect(end.x + end.width).toBeLessThanOrEqual(whole.x + whole.width - 28);
    expect(end.y + end.height).toBeLessThanOrEqual(whole.y + whole.height);
  }
  await expect(page.locator("[data-head] [aria-hidden]", { hasText: "Sen" })).toHaveCount(1);
});
