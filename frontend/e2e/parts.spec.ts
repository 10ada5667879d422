/** Parts of the screens that are loaded apart from the page, when the network is away before they are there. */
import { expect, signIn, test } from "./facts";

test.use({ keepsFiles: false }); // the service worker would have them

const PART_AWAY = "Phần này chưa tải được. Kiểm tra mạng rồi thử lại.";

test("a part that cannot be loaded is told, the board stays, and the next try loads it", async ({ page }) => {
  await page.route("**/assets/KeysHelp-*.js", (route) => route.abort());
  await signIn(page);
  await expect(page.locator("[data-board]")).toBeVisible();

  await page.keyboard.press("?");
  await expect(page.getByRole("alert").getByText(PART_AWAY)).toBeVisible();
  await expect(page.locator("[data-board]")).toBeVisible();

  await page.unroute("**/assets/KeysHelp-*.js");
  await page.keyboard.press("?");
  await expect(page.getByRole("heading", { name: "Phím tắt", exact: true })).toBeVisible();
});

test("a page that cannot be loaded is told, and nothing is reloaded", async ({ page, complaints }) => {
  await page.route("**/assets/CustomersPage-*.js", (route) => route.abort());
  await signIn(page);
  await page.evaluate(() => document.body.setAttribute("data-same-page", ""));

  await page.getByRole("link", { name: "Khách hàng" }).click();

  await expect(page.getByText("Không kết nối được với máy chủ. Kiểm tra mạng rồi thử lại.")).toBeVisible();
  await expect(page.locator("[data-same-page]")).toBeVisible();
  // The router writes the error to the console as well.
  expect(complaints.splice(0).every((complaint) => complaint.includes("NETWORK"))).toBe(true);
});

test("a language that cannot be loaded is told, and the screen keeps its own", async ({ page }) => {
  await page.route("**/assets/en-*.js", (route) => route.abort());
  await signIn(page);
  await page.getByRole("button", { name: "Tài khoản và cài đặt" }).click();

  await page.getByRole("menuitemradio", { name: "English" }).click();

  await expect(page.getByRole("alert").getByText(PART_AWAY)).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "vi");
});
