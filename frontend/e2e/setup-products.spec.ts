/** Products and their stock: the owner's, and the desk's part of it. */
import type { ProductRead } from "../src/api/generated";
import { api, expect, signIn, test } from "./facts";
import { makeSpa } from "./spa";
import { violationsOf } from "./violations";

const unique = (name: string) => `${name} ${Math.random().toString(36).slice(2, 8)}`;

test("a product is added, comes, is counted and lost, and its history says so", async ({ page, request }) => {
  const { branch } = await makeSpa(request, { therapists: 0 });
  const name = unique("Dầu gấc");
  await signIn(page, "admin", `/setup/products?branch=${branch}`);
  await page.getByRole("button", { name: "Thêm sản phẩm" }).click();
  const form = page.getByRole("dialog", { name: "Sản phẩm mới" });
  await form.getByLabel("Tên tiếng Việt").fill(name);
  await form.getByLabel("Giá").fill("185000");
  await form.getByLabel("Mã vạch").fill(`200${Date.now()}`);
  await form.getByLabel("Nhóm thuế").selectOption({ label: "Massage · 10%" });
  await form.getByRole("button", { name: "Thêm", exact: true }).click();
  await expect(form).toBeHidden();

  await page.getByLabel("Tìm tên hoặc mã vạch").fill("dau gac");
  const row = page.getByRole("list", { name: "Sản phẩm" }).getByRole("button", { name });
  await expect(row).toContainText("185.000đ");
  await expect(row).toContainText("Chưa nhập");
  await row.click();
  const panel = page.getByRole("dialog", { name });
  const history = panel.getByRole("list", { name: "Lịch sử kho" }).getByRole("listitem");
  await panel.getByLabel("Số nhập về").fill("24");
  await panel.getByLabel("Ghi chú").fill("Phiếu nhập 7");
  await panel.getByRole("button", { name: "Ghi", exact: true }).click();
  await expect(row).toContainText("còn 24");
  await expect(history.first()).toContainText("Nhập hàng+24còn 24");
  await expect(history.first()).toContainText("Phiếu nhập 7");

  await panel.getByRole("button", { name: "Hỏng" }).click();
  await panel.getByLabel("Số bị hỏng").fill("3");
  await panel.getByRole("button", { name: "Ghi", exact: true }).click();
  await expect(history.first()).toContainText("Hỏng, hết hạn−3còn 21");
  await panel.getByRole("button", { name: "Kiểm kho" }).click();
  await panel.getByLabel("Số đếm được").fill("20");
  await panel.getByRole("button", { name: "Ghi", exact: true }).click();
  await expect(history.first()).toContainText("Kiểm kho−1còn 20");
  await expect(history).toHaveCount(3);
});

test("the desk records what comes and changes nothing else", async ({ page, request }) => {
  const call = await api(request, "admin");
  const { branch } = await makeSpa(request, { therapists: 0 });
  const name = unique("Trà sen");
  await call<ProductRead>("POST", "products", {
    ...{ key: `k-${Date.now()}`, name: { vi: name, en: name }, price: 90_000, position: 900 },
  });
  await signIn(page, "receptionist", `/setup/products?branch=${branch}`);
  await expect(page.getByRole("button", { name: "Thêm sản phẩm" })).toBeHidden();
  await page.getByRole("list", { name: "Sản phẩm" }).getByRole("button", { name }).click();
  const panel = page.getByRole("dialog", { name });
  await expect(panel.getByRole("button", { name: "Kiểm kho" })).toBeHidden();
  await expect(panel.getByRole("heading", { name: "Thông tin sản phẩm" })).toBeHidden();
  await panel.getByLabel("Số nhập về").fill("6");
  await panel.getByRole("button", { name: "Ghi", exact: true }).click();
  await expect(panel.getByText("còn 6")).toBeVisible();
});

test("a product is retired and sold again, and products are put in order", async ({ page, request }) => {
  const call = await api(request, "admin");
  const { branch } = await makeSpa(request, { therapists: 0 });
  const names = [unique("Muối A"), unique("Muối B")];
  for (const [index, name] of names.entries()) {
    await call<ProductRead>("POST", "products", {
      ...{ key: `k-${Date.now()}-${index}`, name: { vi: name, en: name }, price: 0, position: 950 + index },
    });
  }
  const [first, second] = names as [string, string];
  await signIn(page, "admin", `/setup/products?branch=${branch}`);
  const list = page.getByRole("list", { name: "Sản phẩm" });
  await page.getByRole("button", { name: "Sắp xếp" }).click();
  await page.getByRole("button", { name: `Lên trên: ${second}` }).click();
  await expect
    .poll(async () => {
      const products = await call<ProductRead[]>("GET", "products");
      return products.map(({ name }) => name.vi).filter((name) => names.includes(name));
    })
    .toEqual([second, first]);
  await page.getByRole("button", { name: "Sắp xếp" }).click();

  await list.getByRole("button", { name: first }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Ngừng bán" }).click();
  await expect(list.getByRole("button", { name: first })).toBeHidden();
  await page.getByLabel("Cả sản phẩm ngừng bán").check({ force: true });
  await list.getByRole("button", { name: first }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Bán lại" }).click();
  await expect(page.getByText(`Đã bán lại ${first}.`)).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("products fit a phone and have no violation", async ({ page, request }) => {
      const call = await api(request, "admin");
      const [product] = await call<ProductRead[]>("GET", "products");
      const branch = product?.stock[0]?.branch_id;
      await page.setViewportSize({ width: 360, height: 740 });
      await signIn(page, "admin", `/setup/products?branch=${branch}`);
      for (const search of ["", "&open=new", `&open=${product?.id}`]) {
        await page.goto(`/setup/products?branch=${branch}${search}`);
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
