/** Bills: from the card on the board to money in the drawer, and back. */
import { expect, test } from "./facts";
import { makeSpa } from "./spa";
import { billOf, billVisit, cardOf, drawerOf, expectDue, openDesk, openDrawerOf, pay, sheet } from "./till";
import { violationsOf } from "./violations";

test("a guest pays cash in four taps from the card", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa, 200_000);
  const visit = await spa.book(["Chị Mai"]);
  await openDesk(page, spa);
  await cardOf(page, visit).click();
  await page.locator("[data-pay=none]").click();
  await expectDue(page, "450.000đ");
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByRole("button", { name: "Thu 450.000đ" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toContainText("Đã thanh toán 450.000đ");
  await expect(sheet(page).getByRole("heading", { name: /Hóa đơn \d{4}-000001/ })).toBeVisible();
  expect(await billOf(spa)).toMatchObject({ status: "closed", number: 1, paid: 450_000 });
  expect((await drawerOf(spa)).session?.expected).toBe(650_000);
  await page.getByRole("button", { name: "Xong" }).click();
  await expect(sheet(page)).toBeHidden();
  await expect(cardOf(page, visit).locator("[data-bill=paid]")).toBeVisible();
  await expect(page.locator("[data-pay=paid]")).toContainText("Đã thanh toán");
});

test("cash has its change, and a bill is paid in parts by several means", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  await billVisit(spa, await spa.book(["Chị Mai", "Anh Khoa"]));
  await openDesk(page, spa, `bills?bill=${(await billOf(spa)).id}`);
  await expectDue(page, "900.000đ");
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  // More than is due is what the guest hands over.
  await page.getByLabel("Số tiền thu").fill("1tr");
  await expect(page.getByLabel("Khách đưa")).toHaveValue("1.000.000");
  await expect(sheet(page).locator("[data-change]")).toHaveText("100.000đ");
  await page.getByLabel("Số tiền thu").fill("300k");
  await page.getByLabel("Khách đưa").fill("500000");
  await expect(sheet(page).locator("[data-change]")).toHaveText("200.000đ");
  await page.getByRole("button", { name: "Thu 300.000đ" }).click();
  await expectDue(page, "600.000đ");
  await page.getByRole("button", { name: "Quẹt thẻ" }).click();
  await page.getByLabel("Số biên lai máy POS").fill("004217");
  await page.getByLabel("Số tiền thu").fill("100000");
  await page.getByRole("button", { name: "Thu 100.000đ" }).click();
  await expectDue(page, "500.000đ");
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByRole("button", { name: "600.000đ" }).click();
  await page.getByRole("button", { name: "Thu 500.000đ" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  await expect(sheet(page).locator("[data-change]")).toHaveText("300.000đ");
  const { payments } = await billOf(spa);
  expect(
    payments.map(({ method, amount, tendered, reference }) => [method, amount, tendered, reference]),
  ).toEqual([
    ["cash", 300_000, 500_000, ""],
    ["card", 100_000, null, "004217"],
    ["cash", 500_000, 600_000, ""],
  ]);
  expect((await drawerOf(spa)).session?.expected).toBe(800_000);
});

test("cash opens the closed drawer in place", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"]);
  await openDesk(page, spa, `board?card=${visit.appointments[0]?.id}`);
  await page.locator("[data-pay]").click();
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  await expect(sheet(page).getByText("Két chưa mở.")).toBeVisible();
  await page.getByRole("button", { name: "Đếm theo tờ" }).click();
  await page.getByLabel("200.000đ").fill("3");
  await page.getByLabel("50.000đ", { exact: true }).fill("2");
  await page.getByRole("button", { name: "Mở ca với 700.000đ" }).click();
  await page.getByRole("button", { name: "Thu 450.000đ" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  expect((await drawerOf(spa)).session?.expected).toBe(1_150_000);
});

test("guests of a party pay apart, and another visit is added", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 3, beds: 3 });
  await openDrawerOf(spa);
  const couple = await spa.book(["Chị Mai", "Anh Khoa"]);
  await spa.book(["Cô Hạnh"]);
  await openDesk(page, spa, `board?card=${couple.appointments[0]?.id}`);
  await page.locator("[data-pay]").click();
  await expectDue(page, "900.000đ");
  await page
    .getByRole("region", { name: "Chị Mai" })
    .getByRole("button", { name: "Chỉ tính khách này" })
    .click();
  await expectDue(page, "450.000đ");
  await expect(sheet(page).getByRole("button", { name: "Tính thêm Anh Khoa" })).toBeVisible();
  await page.getByLabel("Thêm vào hóa đơn").fill("hanh");
  await page.getByRole("option", { name: /Cô Hạnh/ }).click();
  await expectDue(page, "900.000đ");
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByRole("button", { name: "Thu 900.000đ" }).click();
  await page.getByRole("button", { name: "Xong" }).click();
  await expect(cardOf(page, couple, 0).locator("[data-bill=paid]")).toBeVisible();
  await expect(cardOf(page, couple, 1).locator("[data-bill]")).toHaveCount(0);
  await cardOf(page, couple, 1).click();
  await page.locator("[data-pay=none]").click();
  await expectDue(page, "450.000đ");
  expect((await billOf(spa)).lines.map(({ item_id }) => item_id)).toEqual([
    couple.appointments[1]?.treatments[0]?.id,
  ]);
});

test("discounts, tips and the person who did it", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 2 });
  const visit = await spa.book(["Chị Mai", "Anh Khoa"]);
  const bill = await billVisit(spa, visit);
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  await sheet(page).locator("[data-line] button").first().click();
  await page.getByLabel("Người làm").selectOption({ label: "Lan Anh" });
  await page.getByRole("button", { name: "10%", exact: true }).click();
  await expectDue(page, "855.000đ");
  await page.getByRole("button", { name: "Tip", exact: true }).click();
  await page.getByRole("button", { name: "100.000đ", exact: true }).click();
  await expectDue(page, "955.000đ");
  await expect
    .poll(async () => (await billOf(spa)).tips.reduce((sum, { amount }) => sum + amount, 0))
    .toBe(100_000);
  await page.getByRole("button", { name: "Giảm giá", exact: true }).click();
  const discount = page.locator("[data-extra=discount]");
  await expect(discount.getByRole("button", { name: "15%" })).toHaveCount(0);
  await discount.getByRole("textbox").fill("20");
  await discount.getByRole("button", { name: "Áp dụng" }).click();
  await expect(sheet(page).getByRole("alert").filter({ hasText: "vượt mức lễ tân" })).toContainText(
    "tối đa 10%",
  );
  await expectDue(page, "955.000đ");
  await sheet(page).getByRole("button", { name: "Bỏ dòng này" }).click();
  await expectDue(page, "550.000đ");
});

test("something is sold without a visit: a product and a gift card, which has a code", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  await openDesk(page, spa);
  await page.getByRole("button", { name: "Bán lẻ" }).click();
  await page.getByLabel("Thêm vào hóa đơn").fill("oai huong");
  await page.getByRole("option", { name: /Dầu massage oải hương/ }).click();
  await expectDue(page, "285.000đ");
  await page.getByLabel("Thêm vào hóa đơn").fill("oai huong");
  await page.getByRole("option", { name: /Dầu massage oải hương/ }).click();
  await expectDue(page, "570.000đ");
  await page.getByLabel("Thêm vào hóa đơn").fill("thẻ quà");
  await page.getByRole("option", { name: /Thẻ quà tặng/ }).click();
  await page.getByRole("button", { name: "500.000đ", exact: true }).click();
  await expectDue(page, "1.070.000đ");
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByRole("button", { name: "Thu 1.070.000đ" }).click();
  await page.getByRole("button", { name: "Lấy mã thẻ" }).click();
  const code = (await sheet(page).locator("[data-code]").textContent()) ?? "";
  expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
  // Who looks again makes no new code, which would end the one that the guest has.
  await page.reload();
  await expect(sheet(page).getByText(`Mã đã cấp, tận cùng ${code.slice(-4)}`)).toBeVisible();
  await expect(page.getByRole("button", { name: /mã thẻ|mã mới/ })).toHaveCount(0);
  // The card pays another bill, as far as it reaches.
  const visit = await spa.book(["Chị Mai"]);
  await billVisit(spa, visit, { tip: 100_000 });
  await page.goto(`/desk/bills?branch=${spa.branch}&bill=${(await billOf(spa)).id}`);
  await expectDue(page, "550.000đ");
  await page.getByRole("button", { name: "Thẻ quà tặng" }).click();
  await page.getByLabel("Mã thẻ").fill(code.toLowerCase().replaceAll("-", " "));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Thu 500.000đ" }).click();
  await expectDue(page, "50.000đ");
});

test("a bill that another desk pays turns paid by itself", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const visit = await spa.book(["Chị Mai"]);
  const bill = await billVisit(spa, visit);
  await openDesk(page, spa, `board?bill=${bill.id}`);
  await expectDue(page, "450.000đ");
  await pay(spa, bill, { method: "card", amount: 200_000 });
  await expectDue(page, "250.000đ");
  await pay(spa, bill, { method: "cash", amount: 250_000 });
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
});

test("what another desk has just changed is not overwritten", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const bill = await billVisit(spa, await spa.book(["Chị Mai", "Anh Khoa"]));
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  await expectDue(page, "900.000đ");
  // This desk does not see the change yet.
  await page.route(`**/api/v1/sales/${bill.id}`, async (route) => {
    if (route.request().method() === "GET") await route.fulfill({ json: bill });
    else await route.fallback();
  });
  const [first] = bill.lines;
  await spa.call("PUT", `sales/${bill.id}`, { lines: [{ id: first?.id }] });
  await page.getByRole("button", { name: "Giảm giá", exact: true }).click();
  await page.locator("[data-extra=discount]").getByRole("button", { name: "10%" }).click();
  await expect(sheet(page).getByRole("alert").filter({ hasText: "vừa được sửa ở máy khác" })).toBeVisible();
  await page.unroute(`**/api/v1/sales/${bill.id}`);
  await expectDue(page, "450.000đ");
  expect(await billOf(spa)).toMatchObject({ total: 450_000 });
});

test("too much is not taken: the bill is shown as it is now", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const bill = await billVisit(spa, await spa.book(["Chị Mai"]));
  // This desk does not hear of the others.
  await page.route(`**/api/v1/sales/${bill.id}`, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    await route.fulfill({ json: { ...json, ...stale } });
  });
  let stale: object = {};
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  await expectDue(page, "450.000đ");
  stale = { due: 450_000, paid: 0, payments: [] };
  await pay(spa, bill, { method: "card", amount: 400_000 });
  await page.getByRole("button", { name: "Tiền mặt" }).click();
  stale = { due: 450_000, paid: 0, payments: [] };
  await page.getByRole("button", { name: "Thu 450.000đ" }).click();
  await expect(sheet(page).getByRole("alert").filter({ hasText: "nhiều hơn số còn phải trả" })).toBeVisible();
  stale = {};
  await expectDue(page, "50.000đ");
  expect((await billOf(spa)).paid).toBe(400_000);
});

test("money goes back by line, with the tip and out of goodwill; only an administrator sees how", async ({
  page,
  request,
  browser,
}) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa, 1_000_000);
  const bill = await billVisit(spa, await spa.book(["Chị Mai", "Anh Khoa"]), { tip: 50_000 });
  await pay(spa, bill, { method: "cash", amount: 500_000 }, { method: "card", amount: 450_000 });
  await openDesk(page, spa, `bills?bill=${bill.id}`, "admin");
  await page.getByRole("button", { name: "Hoàn tiền", exact: true }).click();
  await page.getByRole("checkbox").first().check();
  await page.getByLabel("Số hoàn: Tip").fill("10000");
  await page.getByLabel("Số hoàn: Hoàn thêm").fill("20000");
  await page.getByRole("button", { name: "Hoàn 480.000đ" }).click();
  await expect(page.getByText("Ghi lý do hoàn.")).toBeVisible();
  await page.getByLabel("Lý do").fill("Chờ lâu");
  await page.getByLabel("Tiền mặt", { exact: true }).fill("80000");
  await page.getByRole("button", { name: "Hoàn 480.000đ" }).click();
  await expect(page.getByText("chưa bằng tổng số hoàn")).toBeVisible();
  await page.getByLabel("Quẹt thẻ", { exact: true }).fill("400000");
  await page.getByRole("button", { name: "Hoàn 480.000đ" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Hoàn tiền" }).click();
  await expect(page.getByRole("region", { name: "Lần hoàn tiền" })).toContainText("−480.000đ");
  const refunded = await billOf(spa);
  expect(refunded.payments.map((payment) => payment.refunded)).toEqual([80_000, 400_000]);
  expect(refunded.refunds).toMatchObject([{ amount: 480_000, reason: "Chờ lâu" }]);
  const other = await browser.newPage();
  await openDesk(other, spa, `bills?bill=${bill.id}`);
  await expect(sheet(other).locator("[data-closed=closed]")).toBeVisible();
  await expect(other.getByRole("button", { name: "Hoàn tiền" })).toBeHidden();
  await other.close();
});

test("a guest who got the money back is not asked for it again", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"]);
  const bill = await billVisit(spa, visit);
  await pay(spa, bill, { method: "card", amount: 450_000 });
  await spa.call("POST", `sales/${bill.id}/refunds`, { lines: [{ line_id: bill.lines[0]?.id }] });
  await openDesk(page, spa);
  await expect(cardOf(page, visit).locator("[data-bill=refunded]")).toBeVisible();
  await cardOf(page, visit).click();
  await expect(page.locator("[data-pay=refunded]")).toHaveText("Xem hóa đơn· Đã hoàn tiền");
  await page.locator("[data-pay=refunded]").click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  expect(await billOf(spa)).toMatchObject({ id: bill.id });
});

test("a bill is given up with a reason, and its treatments are billed again", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"]);
  await openDesk(page, spa, `board?card=${visit.appointments[0]?.id}`);
  await page.locator("[data-pay]").click();
  await page.getByRole("button", { name: "Hủy hóa đơn" }).click();
  const question = page.getByRole("alertdialog");
  await question.getByRole("button", { name: "Khách đổi ý" }).click();
  await question.getByRole("button", { name: "Hủy hóa đơn" }).click();
  await expect(sheet(page).locator("[data-closed=void]")).toContainText("Khách đổi ý");
  await page.goBack();
  await expect(sheet(page)).toBeHidden();
  await page.locator("[data-pay=none]").click();
  await expectDue(page, "450.000đ");
});

test("all of it without a mouse", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const visit = await spa.book(["Chị Mai"]);
  await openDesk(page, spa);
  await cardOf(page, visit).focus();
  await page.keyboard.press("p");
  await expectDue(page, "450.000đ");
  await page.getByRole("button", { name: "Tiền mặt" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Thu 450.000đ" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Xong" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(sheet(page)).toBeHidden();
  await expect(cardOf(page, visit).locator("[data-bill=paid]")).toBeVisible();
});

test("bills are found by day, state, number and customer", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const paid = await billVisit(spa, await spa.book(["Chị Mai"]));
  await pay(spa, paid, { method: "cash", amount: 450_000 });
  await billVisit(spa, await spa.book(["Anh Khoa"]));
  await openDesk(page, spa, "bills");
  await expect(page.locator("[data-sale]")).toHaveCount(2);
  await expect(page.getByText("1 hóa đơn · tổng giá trị 450.000đ")).toBeVisible();
  await page.getByRole("button", { name: "Chưa thu đủ" }).click();
  await expect(page.locator("[data-sale]")).toHaveCount(1);
  await expect(page.locator("[data-sale=open]")).toContainText("Anh Khoa");
  await page.getByRole("button", { name: "Tất cả" }).click();
  await page.getByPlaceholder("Số hóa đơn, tên hoặc SĐT").fill("000001");
  await page.getByRole("option", { name: /Hóa đơn 1/ }).click();
  await expect(page.locator("[data-sale]")).toHaveCount(1);
  await page.locator("[data-sale=closed]").click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /Hóa đơn số 1/ }).click();
  await page.getByRole("button", { name: "Ngày trước" }).click();
  await expect(page.getByText("Chưa có hóa đơn nào.")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("axe finds nothing on bills", async ({ page, request }) => {
      const spa = await makeSpa(request);
      await openDrawerOf(spa);
      const account = { bin: "970436", number: "0123456789", holder: "CONG TY SEN TRANG" };
      await spa.call("PUT", `branches/${spa.branch}/bank-account`, account);
      const bill = await billVisit(spa, await spa.book(["Chị Mai", "Anh Khoa"]), { tip: 20_000 });
      await openDesk(page, spa, `bills?bill=${bill.id}`, "admin");
      await sheet(page).locator("[data-line] button").first().click();
      for (const part of ["Tip", "Giảm giá", "Ghi chú", "Hóa đơn VAT"]) {
        await sheet(page)
          .getByRole("button", { name: new RegExp(`^${part}`) })
          .first()
          .click();
        expect(await violationsOf(page, { exclude: ["header"] })).toEqual([]);
      }
      for (const method of ["Thẻ quà tặng", "Quẹt thẻ", "Chuyển khoản", "Tiền mặt"]) {
        await page.getByRole("button", { name: method, exact: true }).click();
        if (method === "Chuyển khoản") {
          const qr = page.getByRole("img", { name: /VietQR/ });
          await expect(qr).toHaveCSS("color", "rgb(0, 0, 0)");
          await expect(qr).toHaveCSS("background-color", "rgb(255, 255, 255)");
        }
        expect(await violationsOf(page, { exclude: ["header"] })).toEqual([]);
      }
      await page.getByRole("button", { name: "Thu 920.000đ" }).click();
      await page.getByRole("button", { name: "Hoàn tiền", exact: true }).click();
      await page.getByRole("checkbox").first().check();
      expect(await violationsOf(page, { exclude: ["header"] })).toEqual([]);
      await page.goto(`/desk/bills?branch=${spa.branch}`);
      await page.locator("[data-sale]").first().waitFor();
      expect(await violationsOf(page)).toEqual([]);
    });
  });
}
