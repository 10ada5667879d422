/** The date strip, and what narrows the board; all of it is in the address. */
import { fillIn, hold, makeOnlineSpa, openPhone } from "./book";
import { book, cardOf, dayAfter, desk, drag } from "./days";
import { expect, factsOf, signIn, test } from "./facts";

test("the date strip says how full the days are, and leads to them without a mouse", async ({ page }) => {
  const { day } = factsOf();
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  const shown = page.locator("[data-day][aria-current=date]");
  await expect(shown).toHaveAccessibleName(/Thứ Bảy.*\d+ khách, kín \d+%/);
  await shown.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(dayAfter(1)));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Chủ nhật");
});

test("a card that is dropped on a day of the strip goes there in the tray", async ({ page, request }) => {
  const call = await desk(request);
  const day = dayAfter(15);
  const [guest] = await book(call, day, "10:00", ["Chị Tuyết"]);
  if (guest === undefined) throw new Error("not booked");
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  const target = page.locator(`[data-day="${dayAfter(13)}"]`);
  const box = await target.boundingBox();
  if (box === null) throw new Error("not on the screen");
  await expect(cardOf(page, guest)).toBeVisible();
  await drag(page, cardOf(page, guest), { x: box.x + 10, y: box.y + 10 });
  await page.mouse.up();
  await expect(page).toHaveURL(new RegExp(dayAfter(13)));
  await expect(page.getByRole("region", { name: "Khay" })).toContainText("Chị Tuyết");
});

test("guests are found by name without accents, and a therapist alone; a reload keeps both", async ({
  page,
  request,
}) => {
  const call = await desk(request);
  const day = dayAfter(16);
  const [guest] = await book(call, day, "10:00", ["Chị Hường"]);
  await book(call, day, "10:00", ["Anh Khôi"]);
  if (guest === undefined) throw new Error("not booked");
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  await page.getByRole("searchbox").fill("huong");
  await expect(page.getByText("Anh Khôi")).toHaveCount(0);
  await expect(cardOf(page, guest)).toBeVisible();
  await page.getByRole("combobox", { name: "KTV" }).selectOption(guest.therapist);
  await expect(page.locator("[data-column]")).toHaveCount(1);
  await page.reload();
  await expect(cardOf(page, guest)).toBeVisible();
  await expect(page.locator("[data-column]")).toHaveCount(1);
  await expect(page.getByRole("searchbox")).toHaveValue("huong");
});

test("a day of the strip says that guests wait for the desk to approve", async ({
  page,
  request,
  browser,
}) => {
  const spa = await makeOnlineSpa(request);
  await spa.call("PATCH", `branches/${spa.branch}`, { approve_online: true });
  const phone = await openPhone(browser);
  await hold(phone, spa, "14:00");
  await fillIn(phone);
  await phone.getByRole("button", { name: "Xác nhận đặt lịch" }).click();
  await expect(phone.getByRole("heading", { name: "Spa sẽ sớm xác nhận" })).toBeVisible();

  await signIn(page, "admin", `/desk/board?branch=${spa.branch}&day=${spa.today}`);
  const tomorrow = page.locator(`[data-day="${spa.tomorrow}"]`);
  await expect(tomorrow).toHaveAccessibleName(/1 khách, kín \d+%, 1 chờ xác nhận$/);
  await tomorrow.click();
  await page.getByRole("button", { name: /Nguyễn Thị Mai/ }).click();
  await page.getByRole("button", { name: "Xác nhận", exact: true }).click();
  // It is asked for anew when the desk comes back to the page.
  await page.reload();
  await expect(tomorrow).toHaveAccessibleName(/1 khách, kín \d+%$/);
});
