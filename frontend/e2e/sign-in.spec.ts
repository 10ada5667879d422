import { expect, factsOf, signIn, signInByHand, test } from "./facts";

test("a receptionist signs in, is remembered after a reload, and signs out of everything", async ({
  page,
  context,
}) => {
  await signInByHand(page);
  await expect(page).toHaveURL(/\/desk\/board/);
  await page.reload();
  await expect(page.getByRole("button", { name: "Tài khoản và cài đặt" })).toBeVisible();
  const inStorage = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(inStorage).not.toContain("eyJ"); // no token where a script could find it later

  const other = await context.newPage();
  await other.goto("/desk/board");
  await expect(other.locator("header")).toBeVisible();
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();
  await page.getByRole("menuitem", { name: "Đăng xuất" }).click();

  await expect(page).toHaveURL(/\/desk\/sign-in/);
  await expect(other).toHaveURL(/\/desk\/sign-in/); // the other tab is signed out as well
  const kept = await page.evaluate(async () => [
    localStorage.length,
    sessionStorage.length,
    (await indexedDB.databases()).length,
  ]);
  expect(kept).toEqual([0, 0, 0]);
  expect(
    (await context.cookies("http://localhost/api/v1/auth/browser/refresh")).map(({ name }) => name),
  ).toEqual(["zenspa_device"]);
  await page.goto("/desk/board");
  await expect(page).toHaveURL(/\/desk\/sign-in/);
});

test("a wrong password is told in the language of the screen, and what was typed stays", async ({ page }) => {
  await page.goto("/desk");
  await page.getByLabel("Email hoặc số điện thoại").fill(factsOf().accounts.receptionist[0]);
  await page.getByLabel("Mật khẩu", { exact: true }).fill("không phải mật khẩu");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText(/Tài khoản hoặc mật khẩu chưa đúng/);
  await expect(page.getByLabel("Email hoặc số điện thoại")).toHaveValue(factsOf().accounts.receptionist[0]);
});

test("a missing field is named and gets the focus, and no request is sent", async ({ page }) => {
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto("/desk");
  await page.getByLabel("Email hoặc số điện thoại").fill("lan@example.com");
  await page.getByRole("button", { name: "Đăng nhập" }).click();
  const password = page.getByLabel("Mật khẩu", { exact: true });
  await expect(password).toBeFocused();
  await expect(password).toHaveAccessibleDescription("Cần mật khẩu.");
  expect(requests.filter((url) => url.endsWith("/sign-in") && url.includes("/api/"))).toEqual([]);
});

test("tabs that are opened at once stay signed in", async ({ page, context }) => {
  await signIn(page);
  const tabs = await Promise.all(Array.from({ length: 4 }, () => context.newPage()));
  await Promise.all(tabs.map((tab) => tab.goto("/desk/board")));
  for (const tab of [page, ...tabs]) await expect(tab.locator("header")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("banner")).toBeVisible();
});

test("reloading in the middle of a refresh does not sign out", async ({ page }) => {
  await signIn(page);
  for (let count = 0; count < 5; count += 1) await page.goto("/desk/board", { waitUntil: "commit" });
  await expect(page.getByRole("banner")).toBeVisible();
});

for (const next of [
  "//evil.example",
  "https://evil.example/desk",
  "/desk\\..\\evil",
  "javascript:alert(1)",
]) {
  test(`signing in never leads to ${next}`, async ({ page, baseURL }) => {
    await signInByHand(page, "receptionist", `/desk/sign-in?next=${encodeURIComponent(next)}`);
    await expect(page).toHaveURL(/\/desk\/board/);
    expect(new URL(page.url()).origin).toBe(baseURL);
  });
}

test("signing in leads back to the page that was asked for", async ({ page }) => {
  await signInByHand(page, "receptionist", `/desk/board?day=${factsOf().day}&view=rooms`);
  await expect(page).toHaveURL(new RegExp(`day=${factsOf().day}.*view=rooms`));
});

test("who works in no branch is told so", async ({ page }) => {
  await signIn(page, "customer");
  await expect(page.getByText("Tài khoản này không làm việc ở chi nhánh nào.")).toBeVisible();
});

test("the language is switched at once, without a reload, and kept", async ({ page }) => {
  await page.goto("/desk");
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  expect(await page.evaluate(() => "isSamePage" in window)).toBe(true);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("the language of the browser is the first one", async ({ browser, baseURL }) => {
  for (const [locale, title] of [
    ["vi-VN", "Đăng nhập"],
    ["fr-FR", "Sign in"],
  ] as const) {
    const context = await browser.newContext({ locale, baseURL });
    const page = await context.newPage();
    await page.goto("/desk");
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await context.close();
  }
});
