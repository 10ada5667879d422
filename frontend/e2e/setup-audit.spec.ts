/** The ledger as an owner reads it at /setup/audit. */
import { expect, signIn, test } from "./facts";
import { addCustomer, newWord } from "./people";
import { makeSpa } from "./spa";
import { violationsOf } from "./violations";

test("who moved whose appointment from when to when is a sentence, and its fields have names", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const guest = `Lan ${newWord()}`;
  const visit = await spa.book([guest], { hour: 14 });
  await spa.call("PATCH", `visits/${visit.id}`, { start: spa.at(15) });
  await signIn(page, "admin", "/setup/audit");
  const sentence = page.getByRole("button", {
    name: new RegExp(`dời lịch của ${guest} từ 14:00 sang 15:00`),
  });
  await sentence.click();
  const fields = page.getByRole("table").first();
  await expect(fields.getByRole("row", { name: /^bắt đầu 14:00 .* 15:00 / })).toBeVisible();

  // Everything about this appointment, and nothing else.
  await page.getByRole("button", { name: "Chỉ xem mục này" }).first().click();
  await expect(page.getByText("Đang xem một mục.")).toBeVisible();
  await expect(page.getByRole("button", { name: new RegExp(`đặt lịch cho ${guest}, 14:00`) })).toBeVisible();
  await expect(page.locator("main ol > li")).toHaveCount(2);
  await page.goBack();
  await expect(sentence).toBeVisible();
});

test("the ledger is filtered by person, kind and day, in the address", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const name = `Mai ${newWord()}`;
  await addCustomer(spa.call, { full_name: name });
  await signIn(page, "admin", "/setup/audit");
  await expect(page.getByText(`thêm khách ${name}`)).toBeVisible();
  await page.getByLabel("Về", { exact: true }).selectOption({ label: "Ca làm" });
  await expect(page.getByText(/xếp ca cho /).first()).toBeVisible();
  await expect(page.getByText(`thêm khách ${name}`)).toHaveCount(0);
  await page.getByLabel("Về", { exact: true }).selectOption({ label: "Khách hàng" });
  await expect(page.getByText(`thêm khách ${name}`)).toBeVisible();
  const me = await spa.call<{ id: string; full_name: string }>("GET", "auth/me");
  await page.getByLabel("Ai", { exact: true }).selectOption({ label: me.full_name });
  await expect(page).toHaveURL(new RegExp(`by=${me.id}`));
  await expect(page.getByText(`${me.full_name} thêm khách ${name}`)).toBeVisible();
  await page.getByLabel("Đến hết ngày").fill("2020-01-01");
  await expect(page.getByText("Không có thay đổi nào như vậy.")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Không có thay đổi nào như vậy.")).toBeVisible();
  await page.getByRole("button", { name: "Bỏ lọc" }).click();
  await expect(page.getByText(`thêm khách ${name}`)).toBeVisible();
});

test("health remarks stay hidden, and older changes follow", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const name = `Nga ${newWord()}`;
  const customer = await addCustomer(spa.call, { full_name: name, contraindications: "dị ứng oải hương" });
  await signIn(page, "admin", `/setup/audit?of=${customer.id}`);
  await page.getByRole("button", { name: new RegExp(name) }).click();
  await expect(page.getByRole("row", { name: "lưu ý sức khỏe đã ẩn" })).toBeVisible();
  await expect(page.locator("main")).not.toContainText("oải hương");

  await page.getByRole("button", { name: "Bỏ lọc" }).click();
  const days = page.getByRole("heading", { level: 2 });
  await expect(days.first()).toHaveText(/^Hôm nay, /);
  const actions = page.locator("main ol > li");
  const count = await actions.count();
  await page.getByRole("button", { name: "Xem cũ hơn" }).click();
  await expect.poll(() => actions.count()).toBeGreaterThan(count);
});

test("a receptionist does not see the ledger", async ({ page }) => {
  await signIn(page, "receptionist", "/setup/audit");
  await expect(page.getByText("Chỉ chủ spa xem được phần này")).toBeVisible();
});

test("the ledger fits a phone and has no violation", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, "admin", "/setup/audit");
  await page.locator("main ol > li button").first().click();
  await expect(page.getByRole("table").first()).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});
