/** Weak networks: the day last seen stays, also in a page that is opened without a network; nothing that was typed is lost;
    and what was sent is done once. What the device keeps goes with the person. */
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { drag } from "./days";
import { expect, fillSignIn, signIn, signInByHand, test } from "./facts";
import { addCustomer, newPhone, newWord } from "./people";
import { type Network, startNetwork } from "./proxy";
import { inMinutes, makeSpa, type TestSpa } from "./spa";

test.use({ keepsFiles: true });

const card = (page: Page, text: string) => page.locator("[data-card]", { hasText: text }).first();
const panel = (page: Page) => page.locator("[data-booking]");
const submit = (page: Page) => page.locator("[data-submit]");
const live = (page: Page) => page.getByText("Trực tiếp");

/** Open the board of a spa of its own through a network that can be cut, with one guest on it. */
async function openThrough(
  page: Page,
  request: APIRequestContext,
  role: "admin" | "receptionist" = "admin",
): Promise<{ spa: TestSpa; network: Network; origin: string }> {
  const spa = await makeSpa(request);
  await bookGuest(spa, "Chị Mận");
  const network = await startNetwork(Number(process.env.E2E_PORT));
  const origin = `http://localhost:${network.port}`;
  await signIn(page, role, `${origin}/desk/board?branch=${spa.branch}`);
  await expect(card(page, "Chị Mận")).toBeVisible();
  await expect(live(page)).toBeVisible();
  await waitUntilKept(page);
  return { spa, network, origin };
}

async function bookGuest(spa: TestSpa, name: string): Promise<void> {
  const guests = [{ guest_name: name, treatments: [{ variant_id: spa.variants[0] }] }];
  await spa.call("POST", "visits", { branch_id: spa.branch, start: inMinutes(60), guests });
}

/** Wait until the device has the page, its files and a day. */
async function waitUntilKept(page: Page): Promise<void> {
  await expect.poll(() => keptPaths(page)).toContainEqual(expect.stringMatching(/^\/kept\/board\//));
  await expect.poll(() => keptPaths(page)).toContain("/desk");
  await page.evaluate(() => navigator.serviceWorker.ready);
}

function keptPaths(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const paths: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
    return paths;
  });
}

/** Return everything that scripts could find on the device. */
function onDevice(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => ({
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name ?? ""),
  }));
}

const NOTHING = { caches: [], workers: [], local: [], session: [], databases: [] };

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await page.getByRole("menuitem", { name: "Đăng xuất" }).click();
  await expect(page).toHaveURL(/\/desk\/sign-in/);
}

/** Return whether a card can be taken into the hand. It goes back to its place. */
async function isCarried(page: Page, taken: Locator): Promise<boolean> {
  const box = await taken.boundingBox();
  await drag(page, taken, { x: (box?.x ?? 0) + 60, y: (box?.y ?? 0) + 120 });
  const isInHand = await page.locator("[data-ghost]").isVisible();
  await page.keyboard.press("Escape");
  await page.mouse.up();
  return isInHand;
}

async function comeBack(page: Page, network: Network): Promise<void> {
  await network.restore();
  await page.evaluate(() => dispatchEvent(new Event("online")));
}

/** Enter a guest without a record who gets the massage of the spa. */
async function enterGuest(page: Page, name: string): Promise<void> {
  await page.keyboard.press("n");
  await page.getByPlaceholder("Tìm tên hoặc 4 số cuối").fill(name);
  await page.getByRole("option", { name: /không lưu/i }).click();
  await page.getByPlaceholder(/^Tìm dịch vụ/).fill("thuy dien 60");
  await page.keyboard.press("Enter");
  await expect(submit(page)).toHaveText(/^Đặt \d\d:\d\d$/);
}

const bookedFor = async (spa: TestSpa, name: string) =>
  (await spa.visits()).filter(({ appointments }) => appointments[0]?.guest_name === name);

test("a page that is opened without a network shows the day last seen, says since when, and comes back", async ({
  page,
  request,
}) => {
  const { spa, network } = await openThrough(page, request);
  expect(await isCarried(page, card(page, "Chị Mận"))).toBe(true);
  await network.cut();
  await page.reload();
  await expect(card(page, "Chị Mận")).toBeVisible();
  await expect(page.getByText(/Mất kết nối. Đang thử lại….*Lịch này là lúc \d\d:\d\d\./)).toBeVisible();
  // It is there to be read.
  expect(await isCarried(page, card(page, "Chị Mận"))).toBe(false);
  await bookGuest(spa, "Anh Vắng");
  await comeBack(page, network);
  await expect(card(page, "Anh Vắng")).toBeAttached();
  await expect(live(page)).toBeVisible();
  expect(page.url()).toContain("/desk/board");
  await network.cut();
});

test("signing out leaves nothing on the device, and nothing is shown without a network", async ({
  page,
  request,
}) => {
  const { network, origin } = await openThrough(page, request);
  await signOut(page);
  expect(await onDevice(page)).toEqual(NOTHING);
  await network.cut();
  await expect(page.goto(`${origin}/desk/board`)).rejects.toThrow();
});

test("who signs out without a network leaves nothing, and stays signed out when it is back", async ({
  page,
  request,
  context,
}) => {
  const { network, origin } = await openThrough(page, request);
  const other = await context.newPage();
  await other.goto(`${origin}/desk/board`);
  await expect(other.locator("header")).toBeVisible();
  await network.cut();
  await signOut(page);
  await expect(other).toHaveURL(/\/desk\/sign-in/);
  expect(await onDevice(page)).toEqual({ ...NOTHING, local: ["zenspa.leaving"] });
  await network.restore();
  await page.goto(`${origin}/desk/board`);
  await expect(page).toHaveURL(/\/desk\/sign-in/);
  const names = (await context.cookies(`${origin}/api/v1/auth/browser/refresh`)).map(({ name }) => name);
  expect(names).toEqual(["zenspa_device"]);
  expect((await onDevice(page)).local).toEqual([]);
  await network.cut();
});

test("a session that the server has ended takes the kept day with it", async ({ page, request, context }) => {
  const { network, origin } = await openThrough(page, request);
  await context.clearCookies();
  await page.reload();
  await expect(page).toHaveURL(/\/desk\/sign-in/);
  await expect.poll(() => keptPaths(page)).toEqual([]);
  await network.cut();
  await expect(page.goto(`${origin}/desk/board`)).rejects.toThrow();
});

test("another person sees nothing of who worked here before", async ({ page, request, context }) => {
  const { network, origin } = await openThrough(page, request);
  await enterGuest(page, "Chị Bưởi");
  await context.clearCookies();
  // The tab was asleep: it hears of the other person by its next reload alone.
  const other = await context.newPage();
  await signInByHand(other, "receptionist", `${origin}/desk/board`);
  await waitUntilKept(other);
  await page.reload();
  await expect(page.getByRole("banner")).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
  const kept = await page.evaluate(async () => {
    const cache = await caches.open("zenspa.kept");
    const texts = (await cache.keys()).map(async (key) => await (await cache.match(key))?.text());
    return (await Promise.all(texts)).join("");
  });
  expect(kept).not.toContain("Chị Mận");
  await network.cut();
});

test("a new build replaces the files of the one before the last", async ({ page, request }) => {
  const { network } = await openThrough(page, request);
  await page.evaluate(async () => {
    const cache = await caches.open("zenspa.files");
    await cache.put("/desk", new Response('<meta name="files" content="/assets/old.js">old'));
    await cache.put("/assets/old.js", new Response("1"));
    await cache.put("/assets/older.js", new Response("2"));
  });
  // The page of the server, not the one that is kept.
  await page.reload();
  await expect(card(page, "Chị Mận")).toBeVisible();
  // A tab of the last build may still load its files.
  await expect.poll(() => keptPaths(page)).not.toContain("/assets/older.js");
  expect(await keptPaths(page)).toContain("/assets/old.js");
  await network.cut();
  await page.reload();
  await expect(card(page, "Chị Mận")).toBeVisible();
});

test("a booking that is being entered survives a reload, also without a network", async ({
  page,
  request,
}) => {
  const { spa, network } = await openThrough(page, request);
  await enterGuest(page, "Chị Bưởi");
  await page.getByLabel("Ghi chú").fill("Lực nhẹ");
  await network.cut();
  await page.reload();
  await expect(panel(page)).toContainText("Chị Bưởi");
  await expect(page.getByLabel("Ghi chú")).toHaveValue("Lực nhẹ");
  await comeBack(page, network);
  await expect(submit(page)).toHaveText(/^Đặt \d\d:\d\d$/);
  await submit(page).click();
  await expect(page.getByText("Đã đặt lịch cho Chị Bưởi")).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
  await page.reload();
  await expect(live(page)).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
  expect(await bookedFor(spa, "Chị Bưởi")).toHaveLength(1);
  await network.cut();
});

test("a booking whose answer is lost is made once (case 11)", async ({ page, request }) => {
  const { spa, network } = await openThrough(page, request);
  await enterGuest(page, "Chị Bưởi");
  network.loseAnswers();
  await submit(page).click();
  await expect.poll(async () => (await bookedFor(spa, "Chị Bưởi")).length).toBe(1);
  await network.cut();
  await expect(page.getByText("Chờ mạng: 1 việc sẽ tự gửi lại")).toBeVisible();
  await comeBack(page, network);
  await expect(page.getByText("Đã đặt lịch cho Chị Bưởi")).toBeVisible();
  await expect(page.getByText("Chờ mạng")).toHaveCount(0);
  expect(await bookedFor(spa, "Chị Bưởi")).toHaveLength(1);
  await network.cut();
});

test("a booking whose answer is lost is made once when the page is reloaded meanwhile", async ({
  page,
  request,
}) => {
  const { spa, network } = await openThrough(page, request);
  await enterGuest(page, "Chị Bưởi");
  network.loseAnswers();
  await submit(page).click();
  await expect.poll(async () => (await bookedFor(spa, "Chị Bưởi")).length).toBe(1);
  await network.cut();
  await page.reload();
  await expect(page.getByText("Chờ mạng: 1 việc sẽ tự gửi lại")).toBeVisible();
  await comeBack(page, network);
  await expect(page.getByText("Đã đặt lịch cho Chị Bưởi")).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
  await expect(live(page)).toBeVisible();
  expect(await bookedFor(spa, "Chị Bưởi")).toHaveLength(1);
  await network.cut();
});

test("a server that does not answer is told, and the action is sent again with its key", async ({
  page,
  request,
}) => {
  await page.clock.install();
  const { spa, network } = await openThrough(page, request);
  await enterGuest(page, "Chị Bưởi");
  const keys: (string | undefined)[] = [];
  page.on("request", (sent) => {
    if (sent.method() === "POST" && sent.url().endsWith("/visits"))
      keys.push(sent.headers()["idempotency-key"]);
  });
  network.loseAnswers();
  await submit(page).click();
  await expect.poll(async () => (await bookedFor(spa, "Chị Bưởi")).length).toBe(1);
  await page.clock.fastForward(21_000);
  await expect(page.getByText("Chờ mạng: 1 việc sẽ tự gửi lại")).toBeVisible();
  await network.cut();
  await comeBack(page, network);
  await expect(page.getByText("Đã đặt lịch cho Chị Bưởi")).toBeVisible();
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
  expect(await bookedFor(spa, "Chị Bưởi")).toHaveLength(1);
  await network.cut();
});

test("a new customer whose answer is lost is added once", async ({ page, request }) => {
  const { spa, network, origin } = await openThrough(page, request);
  const name = `${newWord()} Thị Bưởi`;
  const found = async () =>
    (await spa.call<unknown[]>("GET", `customers/search?q=${encodeURIComponent(name)}`)).length;
  await page.goto(`${origin}/desk/customers/new`);
  await page.waitForLoadState("networkidle"); // no other request is left without its answer
  await page.getByLabel("Họ tên").fill(name);
  await page.getByLabel("Điện thoại").fill(newPhone());
  network.loseAnswers();
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect.poll(found).toBe(1);
  await network.cut();
  await expect(page.getByText("Chờ mạng: 1 việc sẽ tự gửi lại")).toBeVisible();
  await comeBack(page, network);
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
  expect(await found()).toBe(1);
  await network.cut();
});

test("a note that is being written survives a reload, and is saved when the network is back", async ({
  page,
  request,
}) => {
  const { spa, network } = await openThrough(page, request);
  const note = page.getByLabel("Ghi chú (khách đọc được)");
  const open = async () => {
    await page.getByRole("dialog").getByText("Ghi chú", { exact: true }).click();
    await expect(note).toBeVisible();
  };
  await card(page, "Chị Mận").click();
  await open();
  await note.fill("Da dễ bầm");
  await page.reload();
  await open();
  await expect(note).toHaveValue("Da dễ bầm");
  await network.cut();
  await note.press("Control+Enter");
  await expect(page.getByText("Chờ mạng: 1 việc sẽ tự gửi lại")).toBeVisible();
  await expect(note).toHaveValue("Da dễ bầm");
  await comeBack(page, network);
  await expect(page.getByText("Đã lưu ghi chú.").first()).toBeVisible();
  const [visit] = await bookedFor(spa, "Chị Mận");
  expect((await spa.call<{ note: string }>("GET", `visits/${visit?.id}`)).note).toBe("Da dễ bầm");
  await network.cut();
});

test("a laptop that slept for an hour has the whole board right when it is looked at (case 13)", async ({
  page,
  request,
}) => {
  await page.clock.install();
  const { spa, network } = await openThrough(page, request);
  const show = (state: "hidden" | "visible") =>
    page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await show("hidden");
  await network.cut();
  await bookGuest(spa, "Anh Vắng");
  const mai = await addCustomer(spa.call, { full_name: `Nguyễn Thị ${newWord()}` });
  await page.clock.fastForward("01:00:00");
  await network.restore();
  const renewed = page.waitForRequest(/auth\/browser\/refresh/);
  await show("visible");
  await renewed; // the token of an hour ago is not tried
  await expect(card(page, "Anh Vắng")).toBeAttached();
  await expect(live(page)).toBeVisible();
  await page.keyboard.press("n");
  await page.getByPlaceholder("Tìm tên hoặc 4 số cuối").fill(mai.full_name);
  await expect(page.getByRole("option", { name: new RegExp(mai.full_name) }).first()).toBeVisible();
  await network.cut();
});

test("what one person has left without an answer is not sent by the next", async ({ page, request }) => {
  await page.clock.install();
  const { spa, network } = await openThrough(page, request);
  const sent: string[] = [];
  page.on("request", (other) => {
    if (other.method() === "PATCH") sent.push(other.url());
  });
  await card(page, "Chị Mận").click();
  await page.getByRole("dialog").getByText("Ghi chú", { exact: true }).click();
  await page.getByLabel("Ghi chú (khách đọc được)").fill("Của người trước");
  await network.cut();
  await page.getByLabel("Ghi chú (khách đọc được)").press("Control+Enter");
  await expect(page.getByText("Chờ mạng: 1 việc sẽ tự gửi lại")).toBeVisible();
  await signOut(page);
  await network.restore();
  const before = sent.length;
  await fillSignIn(page, "receptionist");
  await page.clock.fastForward(30_000);
  await expect(live(page)).toBeVisible();
  expect(sent.length).toBe(before);
  const [visit] = await bookedFor(spa, "Chị Mận");
  expect((await spa.call<{ note: string }>("GET", `visits/${visit?.id}`)).note).toBe("");
  await network.cut();
});
