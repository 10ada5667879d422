/** The owner's page about taxes: rates by day, the default, and what each category taxes. */
import type { TaxCategoryRead } from "../src/api/generated";
import { api, expect, signIn, test } from "./facts";
import { violationsOf } from "./violations";

const unique = (name: string) => `${name} ${Math.random().toString(36).slice(2, 8)}`;

test("a category gets rates by day, and a treatment is taxed by it", async ({ page, request }) => {
  const call = await api(request, "admin");
  const name = unique("Dịch vụ y tế");
  await signIn(page, "admin", "/setup/taxes");
  await expect(page.getByText("Spa tự quyết định, nên hỏi kế toán trước.")).toBeVisible();
  await page.getByRole("button", { name: "Thêm nhóm thuế" }).click();
  const panel = page.getByRole("dialog", { name: "Nhóm thuế mới" });
  await panel.getByLabel("Tên tiếng Việt").fill(name);
  await panel.getByLabel("Từ ngày").fill("2026-01-01");
  await panel.getByLabel("Mức (%)").fill("năm");
  await expect(panel.getByText("Ví dụ: 8 hoặc 8,5.")).toBeVisible();
  await panel.getByLabel("Mức (%)").fill("5,5");
  await panel.getByRole("button", { name: "Thêm mức mới" }).click();
  await panel.getByLabel("Từ ngày").nth(1).fill("2099-01-01");
  await panel.getByLabel("Mức (%)").nth(1).fill("101");
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect(panel.getByText("Không được lớn hơn 10000.")).toBeVisible();
  await panel.getByLabel("Mức (%)").nth(1).fill("10");
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect(panel).toBeHidden();
  const card = page.locator("section").filter({ has: page.getByRole("heading", { name }) });
  await expect(card.getByRole("listitem").first()).toContainText("5,5%đang áp dụngđến 31/12/2098");
  await expect(card.getByRole("listitem").nth(1)).toContainText("10%từ 1/1/2099");
  await expect(card).toContainText("Chưa dùng cho dịch vụ hay sản phẩm nào.");

  const { services } = await call<{ services: { id: string; name: { vi: string } }[] }>(
    "GET",
    "catalogue/desk",
  );
  const service = services.find(({ name: { vi } }) => vi === "Cứu ngải");
  await page.goto(`/setup/treatments/${service?.id}`);
  await page.getByLabel("Nhóm thuế").selectOption({ label: `${name} · 5,5%` });
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByRole("button", { name: "Lưu" })).toBeDisabled();
  await page.goto("/setup/taxes");
  await card.getByText("Dùng cho 1 dịch vụ").click();
  await expect(card.getByRole("link", { name: "Cứu ngải" })).toBeVisible();
});

test("another category becomes the default, and there is always one", async ({ page, request }) => {
  const call = await api(request, "admin");
  const categories = await call<TaxCategoryRead[]>("GET", "tax-categories");
  const before = categories.find(({ is_default }) => is_default);
  const name = unique("Tạm thời");
  const added = await call<TaxCategoryRead>("POST", "tax-categories", {
    ...{ key: `k-${Date.now()}`, name: { vi: name, en: name } },
    rates: before?.rates, // as other tests at this time are taxed
  });
  await signIn(page, "admin", `/setup/taxes?open=${added.id}`);
  await page.getByLabel("Dùng làm nhóm mặc định").check({ force: true });
  await page.getByRole("button", { name: "Lưu" }).click();
  const card = page.locator("section").filter({ has: page.getByRole("heading", { name }) });
  await expect(card.getByText("Mặc định", { exact: true })).toBeVisible();
  await expect(page.getByText("Mặc định", { exact: true })).toHaveCount(1);
  await card.getByRole("button", { name: `Sửa nhóm thuế ${name}` }).click();
  await expect(page.getByText("Muốn đổi, chọn nhóm khác làm mặc định.")).toBeVisible();
  await call("PATCH", `tax-categories/${before?.id}`, { is_default: true });
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("taxes fit a phone and have no violation", async ({ page, request }) => {
      const call = await api(request, "admin");
      const [first] = await call<TaxCategoryRead[]>("GET", "tax-categories");
      await page.setViewportSize({ width: 360, height: 740 });
      await signIn(page, "admin", "/setup/taxes");
      for (const search of ["", "?open=new", `?open=${first?.id}`]) {
        await page.goto(`/setup/taxes${search}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.getByRole("main").locator("li, form").first()).toBeVisible();
        expect(await violationsOf(page), search).toEqual([]);
        const overflow = await page.evaluate(() =>
          Math.max(
            ...[document.documentElement, ...document.querySelectorAll("main > div")].map(
              (frame) => frame.scrollWidth - frame.clientWidth,
            ),
          ),
        );
        expect(overflow, search).toBe(0);
      }
    });
  });
}
