/** Cards are moved on the board: by mouse, by finger, by keys and by buttons, on the real API. */
import type { Locator, Page } from "@playwright/test";
import {
  at,
  type Booked,
  book,
  cardOf,
  dayAfter,
  desk,
  drag,
  expectPlace,
  fitsAt,
  ghost,
  pointAt,
} from "./days";
import { expect, signIn, test } from "./facts";

/** Collect the requests that change something. */
function changesOf(page: Page): string[] {
  const sent: string[] = [];
  page.on("request", (one) => one.method() === "PATCH" && sent.push(one.url()));
  return sent;
}

interface Point {
  x: number;
  y: number;
}

async function centre(card: Locator): Promise<Point> {
  const box = await card.boundingBox();
  if (box === null) throw new Error("not on the screen");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A finger on the screen: Playwright's own can only tap. */
async function fingerOf(page: Page) {
  const session = await page.context().newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: Point[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  return {
    down: (point: Point) => send("touchStart", [point]),
    move: (point: Point) => send("touchMove", [point]),
    up: () => send("touchEnd", []),
  };
}

test("a card is dragged to another therapist and time, and the movement is taken back", async ({
  page,
  request,
}) => {
  const call = await desk(request);
  const day = dayAfter(1);
  const [lan] = await book(call, day, "10:00", ["Chị Ngọc Lan"]);
  if (lan === undefined) throw new Error("not booked");
  const other = (await fitsAt(call, lan, day, "11:30")).find((id) => id !== lan.therapist) ?? "";
  const asked: string[] = [];
  page.on("request", (sent) => sent.url().endsWith("/places") && asked.push(sent.url()));
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  const card = cardOf(page, lan);
  await expect(card).toBeVisible();

  await drag(page, card, await pointAt(page, other, card, 90));
  await expect(ghost(page)).toHaveAttribute("data-ghost", other);
  await expect(ghost(page)).toHaveText(/11:30–12:30/);
  await expect(ghost(page)).toHaveAttribute("data-verdict", "fits");
  await expect(page.locator("[data-lit]").first()).toBeAttached();
  await page.mouse.up();

  await expect(page.locator(`[data-column="${other}"]`).locator(card)).toBeVisible();
  await expect(page.getByText(/Đã dời Chị Ngọc Lan sang 11:30/).first()).toBeVisible();
  await expectPlace(call, lan, at(day, "11:30"), other);
  expect(asked).toHaveLength(1);

  await page.getByRole("button", { name: "Hoàn tác" }).click();
  await expect(page.locator(`[data-column="${lan.therapist}"]`).locator(card)).toBeVisible();
  await expectPlace(call, lan, at(day, "10:00"), lan.therapist);
});

test("Esc springs the card home, and no request is sent", async ({ page, request }) => {
  const call = await desk(request);
  const day = dayAfter(2);
  const [guest] = await book(call, day, "10:00", ["Anh Hùng"]);
  if (guest === undefined) throw new Error("not booked");
  const sent = changesOf(page);
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  const card = cardOf(page, guest);
  await expect(card).toBeVisible();
  await drag(page, card, await pointAt(page, guest.therapist, card, 60));
  await expect(ghost(page)).toHaveText(/11:00/);
  await page.keyboard.press("Escape");
  await expect(ghost(page)).toHaveCount(0);
  await page.mouse.up();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(sent).toEqual([]);

  // The lower edge changes the length, in steps of five minutes with Alt.
  const box = await card.boundingBox();
  if (box === null) throw new Error("not on the screen");
  await page.mouse.move(box.x + 60, box.y + box.height - 3);
  await page.mouse.down();
  await page.keyboard.down("Alt");
  await page.mouse.move(box.x + 60, box.y + box.height + 11, { steps: 3 });
  await expect(ghost(page)).toHaveText(/10:00–11:10/);
  await page.keyboard.up("Alt");
  await page.mouse.move(box.x + 60, box.y + box.height + 19, { steps: 3 });
  await expect(ghost(page)).toHaveText(/10:00–11:15/);
  await page.mouse.up();
  await expect(page.getByText("Anh Hùng: 75 phút.").first()).toBeVisible();
});

test("without a mouse: M, arrows, Shift and arrows, Enter, Esc, Ctrl+Z, and each step is announced", async ({
  page,
  request,
}) => {
  const call = await desk(request);
  const day = dayAfter(3);
  const [guest] = await book(call, day, "09:00", ["Chị Mai"]);
  if (guest === undefined) throw new Error("not booked");
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  const card = cardOf(page, guest);
  await card.focus();
  const status = page.locator("[data-hand-bar] [role=status]");

  await page.keyboard.press("m");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  await expect(status).toContainText("09:20–10:20");
  await page.keyboard.press("Escape");
  await expect(status).toHaveCount(0);
  await expect(card).toBeFocused();

  await page.keyboard.press("Shift+ArrowDown");
  await expect(status).toContainText("09:00–10:15");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(status).toContainText("09:30–10:45");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/Đã dời Chị Mai sang 09:30/).first()).toBeVisible();
  await expect(card).toBeFocused();
  await expectPlace(call, guest, at(day, "09:30"), guest.therapist);

  await page.keyboard.press("Control+z");
  await expect(page.getByText("Đã trả Chị Mai về chỗ cũ.").first()).toBeVisible();
  await expectPlace(call, guest, at(day, "09:00"), guest.therapist);
});

test("buttons do what a drag does, and the tray carries a card to another day", async ({ page, request }) => {
  const call = await desk(request);
  const day = dayAfter(4);
  const [guest] = await book(call, day, "10:00", ["Cô Hạnh"]);
  if (guest === undefined) throw new Error("not booked");
  // A customer, whom the board of the other day does not know.
  const { id: customer_id } = await call<{ id: string }>("POST", "customers", { full_name: "Cô Hạnh" });
  await call("PATCH", `appointments/${guest.appointment}`, { customer_id, guest_name: null });
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  await cardOf(page, guest).click();
  await page.getByText("Dời lịch", { exact: true }).click();
  await page.getByRole("button", { name: "Dời trên bảng" }).click();
  await page.getByRole("button", { name: "Trễ hơn" }).click();
  await page.getByRole("button", { name: "Đặt vào đây" }).click();
  await expectPlace(call, guest, at(day, "10:15"), guest.therapist);

  await cardOf(page, guest).focus();
  await page.keyboard.press("t");
  const tray = page.getByRole("region", { name: "Khay" });
  await expect(tray).toContainText("Cô Hạnh");
  await page.getByRole("button", { name: "Ngày sau" }).click();
  await tray.getByRole("button", { name: "Đặt vào ngày này" }).click();
  await expect(ghost(page)).toHaveText(/10:15–11:15/);
  await expect(page.locator("[data-hand-bar]")).toContainText("Cô Hạnh");
  const [therapist = ""] = await fitsAt(call, guest, dayAfter(5), "10:15");
  const ghostColumn = await ghost(page).getAttribute("data-ghost");
  const columns = await page
    .locator("[data-column]")
    .evaluateAll((all) => all.map((column) => (column as HTMLElement).dataset.column));
  const distance = columns.indexOf(therapist) - columns.indexOf(ghostColumn ?? "");
  for (let step = 0; step < Math.abs(distance); step += 1) {
    await page.keyboard.press(distance > 0 ? "ArrowRight" : "ArrowLeft");
  }
  await expect(ghost(page)).toHaveAttribute("data-verdict", "fits");
  await page.keyboard.press("Enter");
  await expect(tray).toHaveCount(0);
  await expect(cardOf(page, guest)).toBeVisible();
  await expectPlace(call, guest, at(dayAfter(5), "10:15"), therapist);
});

test("a drop that is refused goes back, with the reason and the nearest starts (case 5)", async ({
  page,
  request,
}) => {
  const call = await desk(request);
  const day = dayAfter(6);
  const [guest] = await book(call, day, "10:00", ["Chị Thủy"]);
  if (guest === undefined) throw new Error("not booked");
  await book(call, day, "14:00", ["Anh Long"], guest.therapist);
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  const card = cardOf(page, guest);
  await expect(card).toBeVisible();
  const isBack = () => expect(card).toContainText("10:00");

  // On another guest: said before, refused by the API, and an offered start is one press away.
  await card.focus();
  await page.keyboard.press("m");
  for (let step = 0; step < 16; step += 1) await page.keyboard.press("ArrowDown");
  await expect(ghost(page)).toHaveText(/14:00/);
  await expect(page.locator("[data-hand-bar]")).toContainText("Đã bận.");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/Chị Thủy vẫn ở chỗ cũ/).first()).toBeVisible();
  const offered = page.locator("[data-type=failure] button", { hasText: /^\d\d:\d\d$/ }).first();
  await expect(offered).toBeVisible();
  const time = (await offered.textContent()) ?? "";
  await offered.click();
  await expectPlace(call, guest, at(day, time), guest.therapist);
  await page.keyboard.press("Control+z");
  await expectPlace(call, guest, at(day, "10:00"), guest.therapist);
  await isBack();

  // Server errors and a network that is away.
  for (const answer of [422, 500, 0]) {
    const said = await page.getByText(/Chị Thủy vẫn ở chỗ cũ/).count();
    await page.route("**/appointments/*", (route) =>
      answer === 0 ? route.abort() : route.fulfill({ status: answer, json: {} }),
    );
    await card.focus();
    await page.keyboard.press("Alt+ArrowDown");
    await page.keyboard.press("Enter");
    await expect(ghost(page)).toHaveCount(0);
    await expect(page.getByText(/Chị Thủy vẫn ở chỗ cũ/)).not.toHaveCount(said, { timeout: 15_000 });
    await isBack();
    await page.unroute("**/appointments/*");
  }
});

test("five movements are sent in order, and none is lost (case 6)", async ({ page, request }) => {
  const call = await desk(request);
  const day = dayAfter(8);
  const guests: Booked[] = [];
  const times = ["09:00", "09:00", "14:00", "14:00", "15:30"];
  for (const [number, time] of times.entries()) {
    guests.push(...(await book(call, day, time, [`Khách ${number + 1}`])));
  }
  const sent: string[] = [];
  page.on("request", (one) => one.method() === "PATCH" && sent.push(one.url().split("/").at(-1) ?? ""));
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  for (const guest of guests) {
    await cardOf(page, guest).focus();
    await page.keyboard.press("Alt+ArrowDown");
    await page.keyboard.press("Enter");
  }
  for (const guest of guests) {
    await expectPlace(
      call,
      guest,
      new Date(Date.parse(guest.start) + 300_000).toISOString(),
      guest.therapist,
    );
  }
  expect(sent).toEqual(guests.map(({ appointment }) => appointment));
  await expect(page.locator("[data-card][data-status=confirmed]")).toHaveCount(5);
});

test("a change of the card in the hand arrives: the ghost stays, and one card is left (case 1)", async ({
  page,
  request,
}) => {
  const call = await desk(request);
  const day = dayAfter(9);
  const [guest] = await book(call, day, "10:00", ["Chị Vân"]);
  if (guest === undefined) throw new Error("not booked");
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  const card = cardOf(page, guest);
  await expect(page.getByText("Trực tiếp").first()).toBeVisible();
  await drag(page, card, await pointAt(page, guest.therapist, card, 120));
  await expect(ghost(page)).toHaveText(/12:00/);
  await call("PATCH", `appointments/${guest.appointment}`, { start: at(day, "10:30") });
  await expect(page.getByText(/Lịch của Chị Vân vừa được người khác sửa: 10:30/).first()).toBeVisible();
  await expect(ghost(page)).toHaveText(/12:00/);
  await page.mouse.up();
  await expect(
    page.getByText(/Đã dời Chị Vân sang 12:00|Vẫn dời lịch của Chị Vân|vẫn ở chỗ cũ/).first(),
  ).toBeVisible();
  await expect(card).toHaveCount(1);
});

test("a guest of a party is moved alone, and the others can follow", async ({ page, request }) => {
  const call = await desk(request);
  const day = dayAfter(10);
  const party = await book(call, day, "14:30", ["Chị Hoa", "Anh Nam"]);
  const [first, second] = party;
  if (first === undefined || second === undefined) throw new Error("not booked");
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  await cardOf(page, first).focus();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Dời cả nhóm" }).click();
  for (const guest of party) await expectPlace(call, guest, at(day, "14:35"), guest.therapist);
});

test.describe("a finger", () => {
  test.use({ hasTouch: true, viewport: { width: 1280, height: 800 } });

  test("lifts after a rest, asks for the menu without moving, and scrolls when it swipes (cases 2, 3, 4)", async ({
    page,
    request,
  }) => {
    const call = await desk(request);
    const day = dayAfter(11);
    const [a] = await book(call, day, "10:00", ["Chị An"]);
    const [b] = await book(call, day, "10:00", ["Anh Bình"]);
    if (a === undefined || b === undefined) throw new Error("not booked");
    const sent = changesOf(page);
    await signIn(page, "receptionist", `/desk/board?day=${day}`);
    const finger = await fingerOf(page);
    const cardA = cardOf(page, a);
    await expect(cardA).toBeVisible();

    // A swipe over the card scrolls.
    const scrolled = () => page.locator("[data-board]").evaluate((board) => board.scrollTop);
    const before = await scrolled();
    const from = await centre(cardA);
    await finger.down(from);
    for (let step = 1; step <= 8; step += 1) await finger.move({ x: from.x, y: from.y - 12 * step });
    await finger.up();
    await expect.poll(scrolled).toBeGreaterThan(before);
    expect(sent).toEqual([]);
    // Back from the edge, at which a card in the hand scrolls the board.
    await page.locator("[data-board]").evaluate((board, top) => board.scrollTo({ top }), before);

    // A rest without a movement opens the menu of the card.
    await finger.down(await centre(cardA));
    await expect(page.locator("[data-floating]")).toBeVisible();
    await finger.up();
    await expect(page.getByRole("menu", { name: "Lịch hẹn của Chị An" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("menu")).toHaveCount(0);

    // A is touched, B is dragged: B alone moves.
    await finger.down(await centre(cardA));
    await finger.up();
    await expect(page.getByRole("dialog").filter({ hasText: "Chị An" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(cardA).toBeFocused();
    const cardB = cardOf(page, b);
    const start = await centre(cardB);
    await finger.down(start);
    await expect(page.locator("[data-floating]")).toBeVisible();
    const position = await scrolled();
    for (let step = 1; step <= 5; step += 1) await finger.move({ x: start.x, y: start.y + 9 * step });
    await expect(ghost(page)).toHaveText(/10:30/);
    expect(await scrolled()).toBe(position);
    await finger.up();
    await expectPlace(call, b, at(day, "10:30"), b.therapist);
    await expectPlace(call, a, at(day, "10:00"), a.therapist);
    expect(sent).toHaveLength(1);
  });
});
