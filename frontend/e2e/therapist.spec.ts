/** A therapist's day on a phone: read, begun and done (case 21), without a network, leave, the calendar. */
import type { APIRequestContext, Browser, Page } from "@playwright/test";
import { type Account, expect, signIn, signInByHand, test } from "./facts";
import { addCustomer, newPhone, newWord } from "./people";
import { startNetwork } from "./proxy";
import { giveAccount, makeSpa, type TestSpa } from "./spa";
import { violationsOf } from "./violations";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const DESK = { viewport: { width: 1366, height: 768 }, hasTouch: false };
test.use(PHONE);

/** Make a spa in which the account with this number belongs to the first therapist. */
async function makePhoneSpa(
  request: APIRequestContext,
  number: number,
): Promise<{ spa: TestSpa; account: Account; lan: string }> {
  const spa = await makeSpa(request);
  const [lan] = spa.therapists;
  return { spa, account: await giveAccount(spa, lan, number), lan: lan?.id ?? "" };
}

async function newDesk(browser: Browser, baseURL: string | undefined): Promise<Page> {
  const context = await browser.newContext({ ...DESK, ...(baseURL === undefined ? {} : { baseURL }) });
  return await context.newPage();
}

const next = (page: Page) => page.locator("[data-next]");
const row = (page: Page, name: string) => page.locator("[data-guest]", { hasText: name });
const toast = (page: Page, text: string) => page.locator("[data-toast]", { hasText: text });

test("a therapist says begun and done, and the desk sees it; cancelling and moving are the desk's (case 21)", async ({
  page,
  request,
  browser,
  baseURL,
}) => {
  const { spa, account, lan } = await makePhoneSpa(request, 0);
  const visit = await spa.book(["Chị Mai"], { wish: { therapist_id: lan } });
  await spa.book(["Anh Khoa"], { wish: { therapist_id: spa.therapists[1]?.id } });
  const desk = await newDesk(browser, baseURL);
  await signIn(desk, "receptionist", `/desk/board?branch=${spa.branch}`);
  const card = desk.locator("[data-card]", { hasText: "Chị Mai" }).first();
  await expect(card).toHaveAttribute("data-status", "confirmed");

  await signIn(page, account, "/me");
  await expect(next(page)).toContainText("Chị Mai");
  await expect(next(page)).toContainText("Khách yêu cầu");
  await expect(page.getByText("Anh Khoa")).toHaveCount(0); // a colleague's guest
  for (const [step, status] of [
    ["Check-in", "arrived"],
    ["Bắt đầu", "in_service"],
    ["Hoàn tất", "completed"],
  ] as const) {
    await next(page).getByRole("button", { name: step, exact: true }).tap();
    await expect(card).toHaveAttribute("data-status", status);
    await expect(row(page, "Chị Mai")).toHaveAttribute("data-status", status);
  }
  await expect(page.getByText("Đã xong hết khách hôm nay.")).toBeVisible();
  await toast(page, "Chị Mai đã hoàn tất.").getByRole("button", { name: "Hoàn tác" }).tap();
  await expect(card).toHaveAttribute("data-status", "in_service");
  await expect(next(page)).toContainText("Khách hiện tại");

  await toast(page, "Đã hoàn tác").getByRole("button", { name: "Đóng" }).tap();
  await row(page, "Chị Mai").getByRole("button").first().tap();
  await expect(page.getByRole("button", { name: /Hủy|Dời|Đổi/ })).toHaveCount(0);
  const therapist = await signedIn(request, account);
  const cancel = { status: "cancelled" };
  expect(await therapist("PUT", `visits/${visit.id}/status`, cancel)).toBe(403);
  expect(await therapist("PATCH", `visits/${visit.id}`, { start: spa.at(9) })).toBe(403);
  await desk.context().close();
});

/** Return what calls the API as an account, and answers with the status. */
async function signedIn(request: APIRequestContext, [login, password]: Account) {
  const answer = await request.post("/api/v1/auth/sign-in", { data: { login, password } });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return async (method: string, path: string, data: unknown): Promise<number> =>
    (
      await request.fetch(`/api/v1/${path}`, {
        method,
        data,
        headers: { Authorization: `Bearer ${token}` },
      })
    ).status();
}

test("what the desk changes is on the phone at once, in every branch of the day", async ({
  page,
  request,
}) => {
  const { spa, account, lan } = await makePhoneSpa(request, 1);
  const other = await makeSpa(request);
  await spa.call("PATCH", `staff/${lan}`, { branch_ids: [spa.branch, other.branch] });
  await signIn(page, account, "/me");
  await expect(page.getByText("Chưa có khách nào.")).toBeVisible();
  const visit = await spa.book(["Chị Ngọc"], { wish: { therapist_id: lan } });
  await expect(next(page)).toContainText("Chị Ngọc");
  await expect(next(page)).toContainText("Sen · Giường");
  await spa.call("PUT", `visits/${visit.id}/status`, { status: "arrived" });
  await expect(row(page, "Chị Ngọc")).toHaveAttribute("data-status", "arrived");
  await spa.call("PATCH", `staff/${lan}`, { service_ids: await servicesOf(other) });
  await other.call("POST", "shifts", {
    staff_id: lan,
    branch_id: other.branch,
    start: spa.at(50),
    end: spa.at(56),
  });
  await other.book(["Chị Xuân"], {
    wish: { therapist_id: lan },
    body: { start: spa.at(51) },
  });
  await page.goto(`/me?day=${nextDay(nextDay(spa.tomorrow))}`);
  await expect(row(page, "Chị Xuân")).toContainText("Sen · Giường");
});

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

async function servicesOf(spa: TestSpa): Promise<string[]> {
  const { service_ids } = await spa.call<{ service_ids: string[] }>("GET", `staff/${spa.therapists[0]?.id}`);
  return service_ids;
}

test("the days to come are reached by the thumb, with breaks, gaps and what has to be known", async ({
  page,
  request,
}) => {
  const { spa, account, lan } = await makePhoneSpa(request, 2);
  const name = `Nguyễn Hoàng Thị Phương ${newWord()} Nghiêng Khuyến`;
  const customer = await addCustomer(spa.call, {
    full_name: name,
    phone: newPhone(),
    contraindications: "Dị ứng tinh dầu sả, da mặt mỏng",
  });
  await spa.call("POST", "visits", {
    branch_id: spa.branch,
    start: spa.at(10),
    customer_id: customer.id,
    note: "Lực nhẹ thôi, da dễ bầm.",
    guests: [
      {
        customer_id: customer.id,
        treatments: [{ variant_id: spa.variants[1], therapist_id: lan, add_on_ids: [spa.addOn] }],
      },
    ],
  });
  await spa.call("POST", "blocked-times", {
    branch_id: spa.branch,
    resource_id: lan,
    first_day: spa.tomorrow,
    starts: "14:00",
    ends: "14:30",
    reason: "break",
    note: "Ăn trưa",
  });
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, account, "/me");
  await expect(page.getByRole("heading", { name: "Hôm nay" })).toBeVisible();
  await swipe(page, -200);
  await expect(page.getByRole("heading", { name: "Ngày mai" })).toBeVisible();
  await expect(page.getByText("Nghỉ giải lao")).toBeVisible();
  await expect(page.getByText("Ăn trưa")).toBeVisible();
  await expect(page.getByText("Trống 10 tiếng", { exact: true })).toBeVisible();
  await row(page, name).getByRole("button").tap();
  await expect(row(page, name)).toContainText("Dị ứng tinh dầu sả, da mặt mỏng");
  await expect(row(page, name)).toContainText("Lực nhẹ thôi, da dễ bầm.");
  await expect(row(page, name)).toContainText("Khách yêu cầu");
  await expect(row(page, name)).not.toContainText(String(customer.phone?.slice(-3)));
  await noOverflow(page);
  expect(await smallTargets(page)).toEqual([]);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Ngày mai" })).toBeVisible();
  await swipe(page, 200);
  await expect(page.getByRole("heading", { name: "Hôm nay" })).toBeVisible();
});

/** Move a finger across the page. */
async function swipe(page: Page, distance: number): Promise<void> {
  await page.locator("main").evaluate((main, across) => {
    const touch = (x: number) => new Touch({ identifier: 1, target: main, clientX: x, clientY: 400 });
    const send = (type: string, x: number) =>
      main.dispatchEvent(
        new TouchEvent(type, {
          bubbles: true,
          touches: type === "touchend" ? [] : [touch(x)],
          changedTouches: [touch(x)],
        }),
      );
    send("touchstart", 180);
    send("touchend", 180 + across);
  }, distance);
}

async function noOverflow(page: Page): Promise<void> {
  const widths = await page.evaluate(() => {
    const main = document.querySelector("main");
    return [
      document.documentElement.scrollWidth - innerWidth,
      (main?.scrollWidth ?? 0) - (main?.clientWidth ?? 0),
    ];
  });
  expect(widths).toEqual([0, 0]);
}

/** Return what a finger is to hit and is lower or narrower than 44 pixels. */
async function smallTargets(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("main button, main a, main input, nav a, nav button")]
      .filter((target) => {
        const { width, height } = target.getBoundingClientRect();
        return height > 0 && (width < 44 || height < 44);
      })
      .map((target) => target.outerHTML.slice(0, 120)),
  );
}

test.describe("a device that keeps files", () => {
  test.use({ keepsFiles: true });

  test("the day is there without a network, says since when, and goes with the person", async ({
    page,
    request,
  }) => {
    const { spa, account, lan } = await makePhoneSpa(request, 3);
    await spa.book(["Chị Mận"], { wish: { therapist_id: lan } });
    const network = await startNetwork(Number(process.env.E2E_PORT));
    const origin = `http://localhost:${network.port}`;
    await signIn(page, account, `${origin}/me`);
    await expect(next(page)).toContainText("Chị Mận");
    await expect.poll(() => keptPaths(page)).toContainEqual(expect.stringMatching(/^\/kept\/board\//));
    await expect.poll(() => keptPaths(page)).toContain("/desk");
    await expect.poll(() => keptPaths(page)).toContain("/kept/staff");
    await network.cut();
    await page.goto(`${origin}/me`);
    await expect(next(page)).toContainText("Chị Mận");
    await expect(page.getByText(/Mất kết nối\. Lịch lúc \d\d:\d\d hôm nay\./)).toBeVisible();
    await row(page, "Chị Mận").getByRole("button").first().tap();
    await expect(row(page, "Chị Mận")).toContainText("Sen · Giường");
    await expect(page.locator("[data-toast]")).toHaveCount(0); // no part of the page is missed
    await network.restore();
    await spa.book(["Anh Vắng"], { hour: 9, wish: { therapist_id: lan } });
    await expect(page.getByText("Mất kết nối")).toHaveCount(0);
    await page.getByRole("link", { name: "Tài khoản" }).tap();
    await page.getByRole("button", { name: "Đăng xuất" }).tap();
    await expect(page).toHaveURL(/sign-in/);
    await expect.poll(() => keptPaths(page)).toEqual([]);
    await network.cut();
  });
});

function keptPaths(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(caches_.map((cache) => cache.keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
}

test("leave is asked for, decided and withdrawn", async ({ page, request }) => {
  const { spa, account, lan } = await makePhoneSpa(request, 4);
  await signIn(page, account, "/me/leave");
  await page.getByRole("button", { name: "Gửi đơn" }).tap();
  await expect(page.getByText("Chọn ngày.")).toBeVisible();
  await page.getByLabel("Từ ngày").fill(nextDay(spa.tomorrow));
  await page.getByLabel("Đến hết ngày").fill(spa.today);
  await page.getByRole("button", { name: "Gửi đơn" }).tap();
  await expect(page.getByText("Ngày cuối phải từ ngày đầu trở đi.")).toBeVisible();
  await page.getByLabel("Đến hết ngày").fill(nextDay(spa.tomorrow));
  await page.getByLabel("Lý do").fill("Về quê cưới em gái");
  await page.getByRole("button", { name: "Gửi đơn" }).tap();
  await expect(toast(page, "Đã gửi đơn nghỉ phép.")).toBeVisible();
  const request_ = page.locator("[data-leave]");
  await expect(request_).toContainText("Chờ duyệt");
  await expect(request_).toContainText("Về quê cưới em gái");
  await expect(page.getByLabel("Lý do")).toHaveValue("");

  const { items } = await spa.call<{ items: { id: string }[] }>("GET", `time-off?staff_id=${lan}`);
  await spa.call("POST", `time-off/${items[0]?.id}/approve`, { answer: "Chúc vui!" });
  await page.reload();
  await expect(request_).toContainText("Đã duyệt");
  await expect(request_).toContainText("Quản lý: Chúc vui!");
  await page.getByRole("link", { name: "Lịch", exact: true }).tap();
  await page.locator(`[data-day="${nextDay(spa.tomorrow)}"]`).tap();
  await expect(page.locator("main").getByText("Nghỉ phép")).toBeVisible();

  await page.getByRole("link", { name: "Nghỉ phép" }).tap();
  await request_.getByRole("button", { name: "Rút đơn" }).tap();
  await request_.getByRole("group").getByRole("button", { name: "Rút đơn" }).tap();
  await expect(request_).toContainText("Đã rút đơn");
  await expect(request_.getByRole("button")).toHaveCount(0);
});

test("the calendar has a private address, which can be changed", async ({ page, request, context }) => {
  const { account } = await makePhoneSpa(request, 5);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, account, "/me/account");
  await page.getByRole("button", { name: "Tạo địa chỉ" }).tap();
  const address = page.getByLabel("Địa chỉ riêng");
  await expect(address).toHaveValue(/\/api\/v1\/calendars\/.+\.ics$/);
  const first = await address.inputValue();
  await expect(page.getByRole("link", { name: "Thêm vào lịch" })).toHaveAttribute(
    "href",
    first.replace("http:", "webcal:"),
  );
  await page.getByRole("button", { name: "Chép địa chỉ" }).tap();
  await expect(toast(page, "Đã chép địa chỉ.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  expect((await request.get(first)).status()).toBe(200);
  await page.getByRole("button", { name: "Đổi địa chỉ" }).tap();
  await page.getByRole("group").getByRole("button", { name: "Đổi địa chỉ" }).tap();
  await expect(address).not.toHaveValue(first);
  await expect(toast(page, "Đã đổi địa chỉ.")).toBeVisible();
  expect((await request.get(first)).status()).toBe(404);
  expect((await request.get(await address.inputValue())).status()).toBe(200);
});

test("a therapist is led to the phone's screen, which can be installed", async ({ page, request }) => {
  const { account } = await makePhoneSpa(request, 6);
  await signInByHand(page, account, "/desk");
  await expect(page).toHaveURL(/\/me$/);
  const manifestUrl = await page.locator("link[rel=manifest]").getAttribute("href");
  const manifest = (await (await request.get(manifestUrl ?? "")).json()) as {
    start_url: string;
    display: string;
    icons: { src: string }[];
  };
  expect(manifest).toMatchObject({ start_url: "/me", display: "standalone" });
  for (const { src } of manifest.icons) expect((await request.get(src)).status(), src).toBe(200);
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // The browser of a test is always private; there is no other reason.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(["in-incognito"]);

  // Who opens the board without a role of the desk is shown the way back.
  await page.setViewportSize(DESK.viewport);
  await page.goto("/desk/board");
  await expect(page.locator("link[rel=manifest]")).toHaveCount(0);
  await page.getByRole("banner").getByRole("link", { name: "Lịch của tôi" }).click();
  await expect(page).toHaveURL(/\/me$/);
});

test("who works at the desk as well begins there, and finds the own day in the menu", async ({
  page,
  request,
}) => {
  const { spa, account, lan } = await makePhoneSpa(request, 8);
  const { user_id } = await spa.call<{ user_id: string }>("GET", `staff/${lan}`);
  const roles = ["therapist", "receptionist"].map((role) => ({ role }));
  await spa.call("PUT", `users/${user_id}/roles`, { roles });
  await spa.book(["Anh Khoa"], { wish: { therapist_id: spa.therapists[1]?.id } });
  await page.setViewportSize(DESK.viewport);
  await signInByHand(page, account, "/desk");
  await expect(page).toHaveURL(/\/desk\/board/);
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await page.getByRole("menuitem", { name: "Lịch của tôi" }).click();
  await expect(page).toHaveURL(/\/me$/);
  await expect(page.getByText("Chưa có khách nào.")).toBeVisible(); // the board has the guests of others
  await page.getByRole("link", { name: "Tài khoản" }).click();
  await page.getByRole("link", { name: "Quầy lễ tân" }).click();
  await expect(page).toHaveURL(/\/desk\/board/);
});

test("an account without a therapist says so", async ({ page }) => {
  await signIn(page, "receptionist", "/me");
  await expect(page.getByText("Tài khoản này chưa gắn với kỹ thuật viên nào.")).toBeVisible();
});

test("no page violates WCAG, and the day is worked by the keyboard", async ({ page, request }) => {
  const { spa, account, lan } = await makePhoneSpa(request, 7);
  await spa.book(["Chị Lan"], { wish: { therapist_id: lan } });
  await signIn(page, account, "/me");
  await page.getByRole("button", { name: "Check-in" }).press("Enter");
  await page.getByRole("button", { name: "Bắt đầu", exact: true }).press("Enter");
  await expect(row(page, "Chị Lan")).toHaveAttribute("data-status", "in_service");
  await row(page, "Chị Lan").getByRole("button").first().press("Enter");
  expect(await violationsOf(page)).toEqual([]);
  await page.locator("[aria-current=date]").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Ngày mai" })).toBeVisible();
  for (const path of ["leave", "account"]) {
    await page.goto(`/me/${path}`);
    await expect(page.getByRole("button").first()).toBeVisible();
    expect(await violationsOf(page)).toEqual([]);
    expect(await smallTargets(page)).toEqual([]);
  }
});
