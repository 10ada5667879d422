/** Who the VAT invoice of a bill names. */
import { expect, test } from "./facts";
import { makeSpa } from "./spa";
import { billOf, billVisit, openDesk, openDrawerOf, sheet } from "./till";

interface Named {
  buyer: { name: string; tax_code: string | null; address: string | null; email: string | null } | null;
}

test("the buyer of the VAT invoice is checked, kept, changed and taken off", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const bill = await billVisit(spa, await spa.book(["Chị Mai"]));
  const buyer = async () => ((await billOf(spa)) as unknown as Named).buyer;
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  const open = sheet(page).getByRole("button", { name: /^Hóa đơn VAT/ });
  await open.click();
  const form = page.locator("[data-extra=invoice]");
  const save = form.getByRole("button", { name: "Lưu" });
  await save.click();
  await expect(form.getByLabel("Tên công ty hoặc người mua")).toBeFocused();
  await expect(form).toContainText("Cần tên người mua.");
  await form.getByLabel("Tên công ty hoặc người mua").fill("Công ty TNHH Hoa Sen");
  await form.getByLabel("Mã số thuế").fill("12345");
  await form.getByLabel("Email nhận hóa đơn").fill("ke-toan");
  await save.click();
  await expect(form.getByLabel("Mã số thuế")).toBeFocused();
  await expect(form).toContainText("Mã số thuế có 10 số, 13 số hoặc 12 số.");
  await expect(form).toContainText("Email chưa đúng.");
  expect(await buyer()).toBeNull();
  await form.getByLabel("Mã số thuế").fill("0312345678-001");
  await form.getByLabel("Địa chỉ").fill("12 Lý Tự Trọng, Phường Sài Gòn");
  await form.getByLabel("Email nhận hóa đơn").fill("ke-toan@hoasen.example");
  await save.click();
  await expect.poll(buyer).toEqual({
    name: "Công ty TNHH Hoa Sen",
    tax_code: "0312345678-001",
    address: "12 Lý Tự Trọng, Phường Sài Gòn",
    email: "ke-toan@hoasen.example",
  });
  await expect(open).toContainText("có");
  // What the invoice needs is still there after a reload.
  await page.reload();
  await open.click();
  await expect(form.getByLabel("Mã số thuế")).toHaveValue("0312345678-001");
  await form.getByRole("button", { name: "Bỏ hóa đơn VAT" }).click();
  await expect.poll(buyer).toBeNull();
  await open.click();
  await expect(form.getByLabel("Mã số thuế")).toHaveValue("");
  await form.getByLabel("Tên công ty hoặc người mua").fill("Nguyễn Văn Khoa");
  await form.getByLabel("Mã số thuế").fill("079090001234");
  await save.click();
  await expect.poll(async () => (await buyer())?.tax_code).toBe("079090001234");
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByRole("button", { name: "Thu 450.000đ" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  const [invoice] = await spa.call<{ document: object }[]>("GET", `sales/${bill.id}/invoices`);
  expect(JSON.stringify(invoice)).toContain("079090001234");
});
