/** The drawer: opened with a count, cash in and out, closed with a count; the Z report says what moved. */
import { expect, test } from "./facts";
import { makeSpa } from "./spa";
import { billVisit, drawerOf, openDesk, openDrawerOf, pay } from "./till";
import { violationsOf } from "./violations";

test("a day of the drawer: open, take, pay out, close; the Z report agrees", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDesk(page, spa, "drawer");
  await expect(page.locator("[data-drawer=closed]")).toBeVisible();
  await page.getByLabel("Tiền đầu ca").fill("500000");
  await page.getByRole("button", { name: "Mở ca với 500.000đ" }).click();
  await expect(page.locator("[data-expected]")).toHaveText("500.000đ");
  const bill = await billVisit(spa, await spa.book(["Chị Mai"]), { tip: 50_000 });
  await pay(spa, bill, { method: "cash", amount: 500_000, tendered: 500_000 });
  await page.getByLabel("Việc gì").selectOption({ label: "Chi tiêu" });
  await page.getByLabel("Số tiền").fill("30000");
  await page.getByRole("button", { name: "Lấy khỏi két" }).click();
  await expect(page.getByText("Ghi rõ chi cho việc gì.")).toBeVisible();
  await page.getByLabel("Ghi chú").fill("Nước đá");
  await page.getByRole("button", { name: "Lấy khỏi két" }).click();
  await expect(page.locator("[data-expected]")).toHaveText("970.000đ");
  await page.getByLabel("Việc gì").selectOption({ label: "Trả tip cho KTV" });
  await page.getByLabel("Người nhận").selectOption({ label: "Lan Anh" });
  await page.getByLabel("Số tiền").fill("50000");
  await page.getByRole("button", { name: "Lấy khỏi két" }).click();
  await expect(page.locator("[data-expected]")).toHaveText("920.000đ");
  await page.getByRole("button", { name: "Chốt ca" }).click();
  await page.getByLabel("Tiền thực đếm").fill("900000");
  await expect(page.locator("[data-difference]")).toHaveText("thiếu 20.000đ");
  await page.getByLabel("Nộp quỹ").last().fill("400000");
  await expect(page.getByText("Để lại trong két 500.000đ.")).toBeVisible();
  await page.getByRole("button", { name: "Chốt ca" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Chốt ca" }).click();
  const report = page.locator("[data-z-report]").first();
  await expect(report).toContainText("Báo cáo Z số 1");
  await expect(report).toContainText("Chênh lệch−20.000đ");
  await expect(report).toContainText("Chi từ két30.000đ");
  await expect(report).toContainText("Để lại trong két500.000đ");
  await expect(report).toContainText("1 hóa đơn");
  await expect(report).toContainText("Tiền mặt500.000đ");
  await expect(report).toContainText("Dịch vụ (1)450.000đ");
  await expect(report).toContainText("Chi khác từ két−80.000đ");
  expect(await drawerOf(spa)).toEqual({ session: null, left: 500_000 });
  await expect(page.locator("[data-z='1']")).toContainText("900.000đ");
  await page.getByRole("button", { name: "Đúng 500.000đ" }).click();
  await page.getByRole("button", { name: "Mở ca với 500.000đ" }).click();
  await expect(page.locator("[data-expected]")).toHaveText("500.000đ");
});

test("more than the drawer has is not taken out", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa, 100_000);
  await openDesk(page, spa, "drawer");
  await page.getByLabel("Việc gì").selectOption({ label: "Nộp quỹ" });
  await page.getByLabel("Số tiền").fill("100001");
  await page.getByRole("button", { name: "Lấy khỏi két" }).click();
  await expect(page.getByText("Trong két không có đủ tiền mặt.")).toBeVisible();
  expect((await drawerOf(spa)).session?.movements).toEqual([]);
});

test("a Z report is printed as wide as the paper, and nothing else", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa, 100_000);
  const { session } = await drawerOf(spa);
  await spa.call("POST", `drawer-sessions/${session?.id}/close`, { counted: 100_000 });
  await page.addInitScript(() => {
    window.print = () => undefined;
  });
  await openDesk(page, spa, "drawer");
  await page.locator("[data-z='1'] button").first().click();
  for (const [name, width] of [
    ["80 mm", 80],
    ["58 mm", 58],
    ["A5", 148],
  ] as const) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.emulateMedia({ media: "print" });
    await expect(page.getByRole("heading", { name: "Két" })).toBeHidden();
    await expect(page.locator(".print-paper")).toContainText("Báo cáo Z số 1");
    await page.emulateMedia({ media: null });
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    expect(boxes).toHaveLength(1);
    expect(Math.round((Number(boxes[0]?.[1]) / 72) * 25.4)).toBe(width);
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("axe finds nothing on the drawer", async ({ page, request }) => {
      const spa = await makeSpa(request);
      await openDesk(page, spa, "drawer");
      await page.getByRole("button", { name: "Đếm theo tờ" }).click();
      expect(await violationsOf(page)).toEqual([]);
      await page.getByLabel("100.000đ").fill("1");
      await page.getByRole("button", { name: /^Mở ca với/ }).click();
      await page.locator("[data-expected]").waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole("button", { name: "Chốt ca" }).click();
      await page.getByLabel("Tiền thực đếm").fill("90000");
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole("button", { name: "Chốt ca" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Chốt ca" }).click();
      await page.locator("[data-z-report]").waitFor();
      expect(await violationsOf(page)).toEqual([]);
    });
  });
}

test("the drawer and bills fit on a phone", async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const bill = await billVisit(spa, await spa.book(["Chị Mai", "Anh Khoa"]));
  await openDesk(page, spa, "drawer");
  await page.locator("[data-expected]").waitFor();
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow()).toBe(0);
  await page.goto(`/desk/bills?branch=${spa.branch}`);
  await page.locator("[data-sale]").first().click();
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  expect(await overflow()).toBe(0);
  await page.getByRole("button", { name: "Thu 900.000đ" }).click();
  await page.locator("[data-closed=closed]").waitFor();
  expect(await overflow()).toBe(0);
  expect(bill.total).toBe(900_000);
});
