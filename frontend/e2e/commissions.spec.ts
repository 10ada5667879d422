/** Statements of commissions: everybody's, one person's, on paper, and a therapist's own on the phone. */
import { readFile } from "node:fs/promises";
import { makeBooks } from "./books";
import { expect, signIn, test } from "./facts";
import { giveAccount } from "./spa";
import { drawerOf } from "./till";
import { violationsOf } from "./violations";

const PATH = "/desk/reports/commissions";

test("a manager sees everybody's commissions, and a statement with what was taken back and paid out", async ({
  page,
  request,
}) => {
  const books = await makeBooks(request);
  const [tip] = books.paid.tips;
  const paidTo = books.therapists.find(({ name }) => name === tip?.staff_name);
  const other = books.therapists.find(({ name }) => name !== tip?.staff_name);
  const { session } = await drawerOf(books);
  await books.call("POST", `drawer-sessions/${session?.id}/movements`, {
    ...{ kind: "commission", amount: -30_000, staff_id: paidTo?.id },
  });
  await signIn(page, "admin", `${PATH}?branch=${books.branch}`);
  const all = page.getByRole("table", { name: "Hoa hồng của mọi người" });
  await expect(all.getByRole("row", { name: paidTo?.name ?? "" })).toContainText("45.000đ");
  await all.getByRole("link", { name: paidTo?.name ?? "" }).click();
  await expect(page.getByRole("heading", { name: `Bảng hoa hồng của ${paidTo?.name}` })).toBeVisible();
  const statement = page.locator(`[data-statement="${paidTo?.id}"]`);
  await expect(statement.locator("dl > div")).toHaveText([
    /Hoa hồng45.000đ/,
    /Tip50.000đ/,
    /Đã chi30.000đHoa hồng 30.000đ · Tip 0đ/,
    /Còn phải trả65.000đ/,
  ]);
  await expect(statement.locator("[data-line=earned]")).toContainText("450.000đ10%45.000đ");
  await expect(page.getByRole("table", { name: "Đã chi từ két" })).toContainText("Chi hoa hồng");
  await expect(page).toHaveURL(new RegExp(`person=${paidTo?.id}`));

  await page.getByLabel("Nhân viên").selectOption(other?.name ?? "");
  const back = page.locator(`[data-statement="${other?.id}"]`);
  await expect(back.locator("[data-line=earned]")).toContainText("Đã hoàn");
  await expect(back.locator("[data-line=back]")).toContainText("−450.000đ10%−45.000đ");
  await page.getByRole("button", { name: "Tháng trước" }).click();
  await expect(page.getByText("Chưa có hoa hồng và tip trong kỳ này.")).toBeVisible();
});

test("a statement is saved as CSV, and printed alone on a sheet to be signed", async ({ page, request }) => {
  const books = await makeBooks(request);
  await page.addInitScript(() => {
    window.print = () => undefined;
  });
  const name = books.paid.tips[0]?.staff_name ?? "";
  const person = books.therapists.find((one) => one.name === name)?.id;
  await signIn(page, "admin", `${PATH}?branch=${books.branch}&person=${person}`);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Tải về CSV" }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe("commissions.csv");
  expect(await readFile(await saved.path(), "utf-8")).toContain("450000,10%,45000");
  await page.getByRole("button", { name: "In", exact: true }).click();
  await page.emulateMedia({ media: "print" });
  const paper = page.locator(".print-paper");
  await expect(paper).toContainText(`Bảng hoa hồng của ${name}`);
  await expect(paper).toContainText("Người nhận");
  await expect(paper.getByRole("table", { name: "Chi tiết hoa hồng" })).toContainText("45.000đ");
  await expect(page.getByRole("navigation").first()).toBeHidden();
  await page.emulateMedia({ media: null });
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  expect(pdf).toMatch(/\/MediaBox \[0 0 59[45]\.[\d]+ 84[12]/); // A4, upright
});

test("neither everybody's commissions nor a statement has what WCAG forbids", async ({ page, request }) => {
  const books = await makeBooks(request);
  await signIn(page, "admin", `${PATH}?branch=${books.branch}`);
  for (const person of ["", ...books.therapists.map(({ id }) => `&person=${id}`)]) {
    await page.goto(`${PATH}?branch=${books.branch}${person}`);
    await expect(page.locator("[data-report=shown]")).toBeVisible();
    expect(await violationsOf(page)).toEqual([]);
  }
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a therapist sees this month's commission on their day, and their own statement behind it", async ({
    page,
    request,
  }) => {
    const books = await makeBooks(request);
    const lan = books.therapists.find(({ name }) => name === books.paid.tips[0]?.staff_name);
    const account = await giveAccount(books, lan, 9);
    await signIn(page, account, "/me");
    const card = page.locator("[data-earnings]");
    await expect(card).toContainText("45.000đ");
    await expect(card).toContainText("Tip 50.000đ");
    await card.tap();
    await expect(page.locator(`[data-statement="${lan?.id}"]`)).toContainText("Massage");
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Tháng trước" }).tap();
    await expect(page.getByText("Chưa có hoa hồng và tip trong kỳ này.")).toBeVisible();
    await page.getByRole("banner").getByRole("link", { name: "Lịch" }).tap();
    await expect(card).toBeVisible();
  });

  test("the day is there without the commission when it cannot be loaded", async ({ page, request }) => {
    const books = await makeBooks(request);
    const account = await giveAccount(books, books.therapists[0], 11);
    await page.route("**/commissions/statement?**", (route) => route.abort());
    await signIn(page, account, "/me");
    await expect(page.locator("[data-guest]").first()).toBeVisible();
    await expect(page.locator("[data-earnings]")).toHaveCount(0);
  });
});
