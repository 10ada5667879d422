/** Duplicates, files and personal data at the desk, on the real API. */
import { readFile } from "node:fs/promises";
import type { Download } from "@playwright/test";
import type { CustomerRead, VisitRead } from "../src/api/generated";
import { api, expect, factsOf, signIn, test } from "./facts";
import { addCustomer, newPhone, newWord, readCustomer } from "./people";

async function textOf(download: Download): Promise<string> {
  return await readFile(await download.path(), "utf-8");
}

test("two records are merged into what was shown, with both appointments at one time confirmed", async ({
  page,
  request,
}) => {
  const desk = await api(request);
  const word = newWord();
  const phone = newPhone();
  const survivor = await addCustomer(desk, {
    full_name: `Đặng ${word} Lan`,
    notes: "Thích phòng ấm",
    birthday: "--12-31",
    tags: ["vip"],
  });
  const duplicate = await addCustomer(desk, {
    full_name: `Dang ${word} Lan`,
    phone,
    notes: "Hay đến muộn",
    birthday: "1990-12-31",
    tags: ["zalo"],
  });
  const { branch, day } = factsOf();
  const catalogue = await desk<{ services: { variants: { id: string }[] }[] }[]>("GET", "catalogue");
  const variant = catalogue.flatMap(({ services }) => services.flatMap(({ variants }) => variants))[0]?.id;
  for (const { id } of [survivor, duplicate]) {
    await desk<VisitRead>("POST", "visits", {
      branch_id: branch,
      start: `${day}T21:00:00+07:00`,
      customer_id: id,
      guests: [{ customer_id: id, treatments: [{ variant_id: variant }] }],
      force: true,
    });
  }
  await signIn(page, "receptionist", `/desk/customers/${survivor.id}`);
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Gộp hồ sơ trùng" }).click();
  await page.getByRole("combobox", { name: "Tìm hồ sơ trùng" }).fill(`dang ${word}`);
  await page.getByRole("option", { name: duplicate.full_name }).click();
  const textIn = async (field: string) => (await result(field).textContent()) ?? "";
  const result = (field: string) => page.locator(`[data-field=${field}] td`).last();
  await expect(result("full_name")).toHaveText(survivor.full_name);
  const shown = {
    full_name: await textIn("full_name"),
    phone: (await textIn("phone")).replace(/\D/g, "").replace(/^0/, "+84"),
    notes: await textIn("notes"),
    tags: (await textIn("tags")).split(", "),
  };
  await expect(result("birthday")).toHaveText("31/12/1990");
  const merge = page.getByRole("button", { name: "Gộp hồ sơ" });
  await merge.click();
  await expect(page.getByRole("alert")).toContainText("21:00–");
  await expect(merge).toBeDisabled();
  await page.getByLabel("Vẫn gộp, giữ cả hai lịch hẹn").check();
  await merge.click();
  await expect(page.getByRole("heading", { level: 1, name: survivor.full_name })).toBeVisible();
  expect(await readCustomer(desk, survivor.id)).toMatchObject({ ...shown, birthday: "1990-12-31" });
  await page.goto(`/desk/customers/${duplicate.id}`);
  await expect(page.getByText("Hồ sơ này đã gộp vào:")).toBeVisible();
});

test("a file is seen first; good rows are imported and bad rows come back", async ({ page }) => {
  const word = newWord();
  const [phone, other] = [newPhone(), newPhone()];
  const content = [
    "Họ tên,Di động,Ngày sinh,Hạng thẻ,Ghi chú",
    `Trần ${word} Mai,${phone},31/12/1990,Vàng,Thích ấm`,
    `Lê ${word} Lan,12,,Bạc,`,
    `<b>${word}</b> Hoa,${other},,Bạc,`,
  ].join("\n");
  await signIn(page, "admin", "/desk/customers");
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Nhập khách từ tệp" }).click();
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "khách.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
  await expect(page.getByText("2 khách mới · 1 dòng cần sửa")).toBeVisible();
  await expect(page.locator("[data-outcome=refused]")).toContainText("0912 345 678");
  const start = page.getByRole("button", { name: "Nhập 2 khách" });
  await expect(start).toBeDisabled(); // until the column is decided
  const column = page.getByRole("listitem").filter({ hasText: "Hạng thẻ" });
  await column.getByRole("button", { name: "Không nhập cột này" }).click();
  await expect(start).toBeEnabled();
  await start.click();
  await expect(page.getByRole("heading", { name: "Đã nhập xong" })).toBeFocused();
  await expect(page.getByText("1 dòng cần sửa")).toBeVisible();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Tải các dòng cần sửa" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe("khách-refused.csv");
  expect(await textOf(file)).toContain(`Lê ${word} Lan,12`);
  await page.getByRole("main").getByRole("link", { name: "Khách hàng" }).click();
  await page.getByRole("searchbox").fill(`${word} mai`);
  await expect(page.locator("[data-customer]")).toHaveText([`Trần ${word} Mai`]);
});

test("an import whose answer is lost is done once", async ({ page, request }) => {
  const word = newWord();
  await signIn(page, "admin", "/desk/customers/import");
  await page.locator("input[type=file]").setInputFiles({
    name: "khach.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`Họ tên,Di động\nTrần ${word},${newPhone()}`),
  });
  const keys: (string | undefined)[] = [];
  await page.route("**/customers/import?*", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return await route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.getByRole("button", { name: "Nhập 1 khách" }).click();
  await expect(page.getByRole("heading", { name: "Đã nhập xong" })).toBeVisible();
  expect(keys).toEqual([keys[0], keys[0]]);
  const desk = await api(request);
  expect(await desk<CustomerRead[]>("GET", `customers/search?q=${word}`)).toHaveLength(1);
});

test("all customers are downloaded as a file, and one person's data as a copy", async ({ page, request }) => {
  const desk = await api(request);
  const customer = await addCustomer(desk, { full_name: `Hồ ${newWord()}`, phone: newPhone() });
  await signIn(page, "admin", "/desk/customers");
  const more = page.getByRole("button", { name: "Thao tác khác" });
  const list = page.waitForEvent("download");
  await more.click();
  await page.getByRole("menuitem", { name: "Xuất tệp CSV" }).click();
  const file = await list;
  expect(file.suggestedFilename()).toBe("customers.csv");
  expect(await textOf(file)).toContain(customer.full_name);
  await page.goto(`/desk/customers/${customer.id}`);
  const copy = page.waitForEvent("download");
  await more.click();
  await page.getByRole("menuitem", { name: "Tải bản sao dữ liệu" }).click();
  expect(JSON.parse(await textOf(await copy))).toMatchObject({ customer: { phone: customer.phone } });
});

test("personal data is erased after the name was typed, by administrators alone", async ({
  page,
  request,
}) => {
  const desk = await api(request);
  const customer = await addCustomer(desk, { full_name: `Ngô ${newWord()} Hường`, phone: newPhone() });
  await signIn(page, "admin", `/desk/customers/${customer.id}`);
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Xóa dữ liệu cá nhân" }).click();
  const dialog = page.getByRole("alertdialog");
  const erase = dialog.getByRole("button", { name: "Xóa dữ liệu" });
  await expect(erase).toBeDisabled();
  // A keyboard of Vietnamese may send the marks as characters of their own.
  await dialog.getByRole("textbox").fill(customer.full_name.normalize("NFD").toLowerCase());
  await erase.click();
  await expect(page.getByText("Đã xóa dữ liệu", { exact: true })).toBeVisible();
  expect(await readCustomer(desk, customer.id)).toMatchObject({ full_name: "—", phone: null });
});
