/** Bank transfers that match no bill by themselves: a person finds their bills, or sets them aside. */
import { giveBankAccount, transferTo } from "./bank";
import { expect, test } from "./facts";
import { makeSpa } from "./spa";
import { billOf, billVisit, expectDue, openDesk, openDrawerOf, sheet, type TestBill } from "./till";
import { violationsOf } from "./violations";

interface Coded extends TestBill {
  transfer_code: string;
}

test("a transfer without a code waits, is counted everywhere, and pays a bill in one tap", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const account = await giveBankAccount(spa);
  const visit = await spa.book(["Chị Mai"]);
  const bill = await billVisit(spa, visit);
  await openDesk(page, spa);
  await expect(page.locator("[data-waiting]")).toHaveCount(0);
  await transferTo(request, account, 450_000, "NGUYEN THI MAI chuyen tien");
  // Nobody reloads the page.
  await page.locator("[data-waiting='1']").click();
  const waiting = page.getByRole("article", { name: "Khoản chuyển 450.000đ" });
  await expect(waiting).toContainText("NGUYEN THI MAI chuyen tien");
  await expect(waiting).toContainText("Nội dung không có mã hóa đơn.");
  await expect(waiting.getByRole("list", { name: "Hóa đơn phù hợp" })).toContainText("đúng số tiền");
  await waiting.getByRole("button", { name: "Thu 450.000đ cho hóa đơn của Chị Mai" }).click();
  await expect(page.getByText("Đã thu 450.000đ từ khoản chuyển.")).toBeVisible();
  await expect(page.getByText("Không có khoản chuyển nào chờ.")).toBeVisible();
  await expect(page.locator("[data-waiting]")).toHaveCount(0);
  expect(await spa.call<TestBill>("GET", `sales/${bill.id}`)).toMatchObject({
    status: "closed",
    payments: [{ method: "transfer", amount: 450_000 }],
  });
  await page.getByRole("button", { name: "Đã xử lý" }).click();
  await expect(page.getByRole("main")).toContainText("đã thu 450.000đ");
  await page.getByRole("button", { name: "Xem hóa đơn" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
});

test("a bill of another amount is found by the name, and asked about", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const account = await giveBankAccount(spa);
  const bill = await billVisit(spa, await spa.book(["Anh Khoa"]));
  await transferTo(request, account, 300_000, "tien spa");
  await openDesk(page, spa, "transfers");
  await expect(page.getByText("Không có hóa đơn nào đúng mã hay đúng số tiền.")).toBeVisible();
  await page.getByLabel("Tìm hóa đơn khác").fill("khoa");
  await page.getByRole("option", { name: /Anh Khoa.*450\.000đ/ }).click();
  const question = page.getByRole("alertdialog", { name: "Dùng khoản này cho hóa đơn của Anh Khoa?" });
  await expect(question).toContainText("còn phải trả 450.000đ");
  await question.getByRole("button", { name: "Dùng khoản này" }).click();
  await expect(page.getByText("Không có khoản chuyển nào chờ.")).toBeVisible();
  expect(await spa.call<TestBill>("GET", `sales/${bill.id}`)).toMatchObject({ status: "open", due: 150_000 });
});

test("each transfer says why it waits, and shows the bill that it was meant for", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 3, beds: 3 });
  await openDrawerOf(spa);
  const account = await giveBankAccount(spa);
  const paid = (await billVisit(spa, await spa.book(["Cô Hạnh"]))) as Coded;
  await transferTo(request, account, 450_000, `${paid.transfer_code} thanh toan`);
  await transferTo(request, account, 450_000, `${paid.transfer_code} thanh toan lan hai`);
  const open = (await billVisit(spa, await spa.book(["Chị Mai"]))) as Coded;
  await transferTo(request, account, 500_000, open.transfer_code);
  await openDesk(page, spa, "transfers");
  const twice = page.getByRole("article", { name: "Khoản chuyển 450.000đ" });
  await expect(twice).toContainText("đã trả trước đó");
  await twice.getByRole("button", { name: /Hóa đơn \d{4}-000001 · Cô Hạnh · Đã thanh toán/ }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  await page.goBack();
  const tooMuch = page.getByRole("article", { name: "Khoản chuyển 500.000đ" });
  await expect(tooMuch).toContainText("Nhiều hơn số còn phải trả của hóa đơn.");
  await expect(tooMuch).toContainText("đúng mã");
  // A receptionist takes the money of the bill; what to do with the rest is for an administrator.
  await tooMuch.getByRole("button", { name: "Thu 450.000đ cho hóa đơn của Chị Mai" }).click();
  const rest = page.getByRole("article", { name: "Khoản chuyển 50.000đ" });
  await expect(rest).toContainText("còn lại trong 500.000đ");
  await expect(rest).toContainText("Số còn dư là của khách");
  await expect(rest).toContainText("Nhờ quản lý xử lý");
  await expect(rest.getByRole("button", { name: "Để riêng" })).toBeHidden();
});

test("an administrator notes what was sent back, and what is no payment", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const account = await giveBankAccount(spa);
  await transferTo(request, account, 42_000, "chuyen nham");
  await transferTo(request, account, 7_000_000, "von gop");
  await openDesk(page, spa, "transfers", "admin");
  const wrong = page.getByRole("article", { name: "Khoản chuyển 42.000đ" });
  await wrong.getByRole("button", { name: "Để riêng" }).click();
  await page.getByRole("menuitem", { name: "Đã chuyển trả khách" }).click();
  const back = page.getByRole("alertdialog");
  await expect(back.getByRole("button", { name: "Ghi đã chuyển trả" })).toBeDisabled();
  await back.getByRole("button", { name: "Khách chuyển nhầm" }).click();
  await back.getByRole("button", { name: "Ghi đã chuyển trả" }).click();
  await expect(wrong).toBeHidden();
  const capital = page.getByRole("article", { name: "Khoản chuyển 7.000.000đ" });
  await capital.getByRole("button", { name: "Để riêng" }).click();
  await page.getByRole("menuitem", { name: "Không phải tiền của khách" }).click();
  await page.getByRole("alertdialog").getByLabel("Lý do").fill("Vốn góp");
  await page.getByRole("alertdialog").getByRole("button", { name: "Bỏ khỏi quầy" }).click();
  await expect(page.getByText("Không có khoản chuyển nào chờ.")).toBeVisible();
  await page.getByRole("button", { name: "Đã xử lý" }).click();
  const list = page.getByRole("main").getByRole("listitem");
  await expect(list.filter({ hasText: "chuyen nham" })).toContainText("đã chuyển trả 42.000đ");
  await expect(list.filter({ hasText: "von gop" })).toContainText("Vốn góp");
  await expect(list.filter({ hasText: "von gop" })).toContainText("không tính");
});

test("while a guest pays by transfer, one of the amount without a code is offered", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const account = await giveBankAccount(spa);
  const bill = await billVisit(spa, await spa.book(["Chị Mai"]));
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  await expectDue(page, "450.000đ");
  await sheet(page).getByRole("button", { name: "Chuyển khoản" }).click();
  await expect(page.getByRole("img", { name: /VietQR/ })).toBeVisible();
  await transferTo(request, account, 449_000, "khac so tien");
  await transferTo(request, account, 450_000, "mai ck tien massage");
  const offer = page.getByRole("region", { name: /Có khoản chuyển đúng số tiền/ });
  await expect(offer).toContainText("mai ck tien massage");
  await expect(offer).not.toContainText("khac so tien");
  await offer.getByRole("button", { name: "Dùng khoản này" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  expect((await billOf(spa)).paid).toBe(450_000);
});

test("transfers have no violation in either theme, and fit a tablet and a phone", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const account = await giveBankAccount(spa);
  await billVisit(spa, await spa.book(["Chị Mai"]));
  await transferTo(request, account, 450_000, "NGUYEN THI MAI chuyen tien massage thuy dien chieu nay");
  await transferTo(request, account, 90_000, "");
  await openDesk(page, spa, "transfers", "admin");
  await page.getByRole("button", { name: "Thu 450.000đ cho hóa đơn của Chị Mai" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  for (const width of [820, 390]) {
    await page.setViewportSize({ width, height: 844 });
    expect(
      await page.evaluate(() =>
        Math.max(
          ...[document.documentElement, ...document.querySelectorAll("main > div")].map(
            (frame) => frame.scrollWidth - frame.clientWidth,
          ),
        ),
      ),
      String(width),
    ).toBe(0);
  }
  await page.getByRole("button", { name: "Để riêng" }).first().click();
  await page.getByRole("menuitem", { name: "Đã chuyển trả khách" }).click();
  expect(await violationsOf(page, "[role=alertdialog]")).toEqual([]);
});
