/** No violation of WCAG 2.2 AA on the screens of customers and their states, in both themes. */
import { api, expect, signIn, test } from "./facts";
import { addCustomer, newPhone, newWord } from "./people";
import { violationsOf } from "./violations";

test("the list, a search and a profile", async ({ page, request }) => {
  const desk = await api(request);
  const customer = await addCustomer(desk, {
    full_name: `Hà ${newWord()}`,
    contraindications: "Mang thai",
    tags: ["vip"],
    notes: "Thích phòng ấm",
  });
  await signIn(page, "admin", "/desk/customers");
  await expect(page.locator("[data-customer]").first()).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("searchbox").fill("không có ai tên này");
  await expect(page.getByText("Không tìm thấy khách")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.goto(`/desk/customers/${customer.id}`);
  await page.getByRole("button", { name: "Ghi đồng ý" }).first().click();
  await page.getByLabel("Bản phiếu đồng ý").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Xóa dữ liệu cá nhân" }).click();
  await page.getByRole("alertdialog").waitFor();
  expect(await violationsOf(page)).toEqual([]);
});

test("the forms, a merge and an import", async ({ page, request }) => {
  const desk = await api(request);
  const word = newWord();
  const first = await addCustomer(desk, { full_name: `Hà ${word}`, phone: newPhone() });
  const second = await addCustomer(desk, { full_name: `Ha ${word}`, phone: newPhone() });
  await signIn(page, "admin", "/desk/customers/new");
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByText("Cần họ tên.")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.goto(`/desk/customers/${first.id}/merge?duplicate=${second.id}`);
  await expect(page.getByRole("button", { name: "Gộp hồ sơ" })).toBeEnabled();
  expect(await violationsOf(page)).toEqual([]);
  await page.goto("/desk/customers/import");
  await page.locator("input[type=file]").setInputFiles({
    name: "khach.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`Họ tên,Di động,Hạng thẻ\nTrần ${word},12,Vàng\nLê ${word},${newPhone()},Bạc`),
  });
  await expect(page.getByText("Chưa nhận ra cột này")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
});
