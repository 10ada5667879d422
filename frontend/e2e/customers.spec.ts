/** Customers at the desk, on the real API: search, a new one, two people at one record, consents, archive, roles. */
import type { Page } from "@playwright/test";
import type { ConsentRead, CustomerRead } from "../src/api/generated";
import { api, expect, signIn, test } from "./facts";
import { addCustomer, newPhone, newWord, readCustomer } from "./people";

const SCRIPT = "<img src=x onerror=document.title='hacked'>";
const box = (page: Page) => page.getByRole("searchbox");
const rows = (page: Page) => page.locator("[data-customer]");

test("are found without accents and by last digits, in Vietnamese order, by keyboard alone", async ({
  page,
  request,
}) => {
  const desk = await api(request);
  const word = newWord();
  const phone = newPhone();
  await addCustomer(desk, { full_name: `${word} Thị Ơn` });
  await addCustomer(desk, { full_name: `${word} Thị Oanh` });
  const duong = await addCustomer(desk, { full_name: `${word} Thị Đường`, phone });
  await signIn(page, "receptionist", "/desk/customers");
  await expect(box(page)).toBeFocused();
  await page.keyboard.type(`${word} thi duong`.toLowerCase());
  await expect(rows(page)).toHaveText([duong.full_name]);
  await box(page).fill(`${word} ${phone.slice(-4)}`);
  await expect(rows(page)).toHaveText([duong.full_name]);
  await box(page).fill(word);
  await expect(rows(page)).toHaveText([`${word} Thị Đường`, `${word} Thị Oanh`, `${word} Thị Ơn`]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await expect(rows(page).first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: duong.full_name })).toBeVisible();
  await page.goBack();
  await expect(box(page)).toHaveValue(word);
  expect(page.url()).not.toContain(word);
});

test("show the newest answer, whichever comes last (case 19)", async ({ page, request }) => {
  const desk = await api(request);
  const word = newWord();
  await addCustomer(desk, { full_name: `${word}a Huệ` });
  const huong = await addCustomer(desk, { full_name: `${word}b Hường` });
  await signIn(page, "receptionist", "/desk/customers");
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/search\?q=[^&]*&/, async (route) => {
    const isFirst = new URL(route.request().url()).searchParams.get("q") === word;
    if (isFirst) await held;
    await route.continue().catch(() => {}); // the page has cancelled it
  });
  const first = page.waitForRequest((sent) => sent.url().includes(`q=${word}&`));
  await box(page).fill(word);
  await first;
  await box(page).fill(`${word}b`);
  await expect(rows(page)).toHaveText([huong.full_name]);
  release();
  await page.waitForTimeout(300);
  await expect(rows(page)).toHaveText([huong.full_name]);
});

test("are not picked by the Enter that ends a syllable, nor before the answer (case 18)", async ({
  page,
  request,
}) => {
  const desk = await api(request);
  const word = newWord();
  const customer = await addCustomer(desk, { full_name: `${word} Hường` });
  await signIn(page, "receptionist", "/desk/customers");
  await box(page).pressSequentially(`${word} h`);
  await expect(rows(page)).toHaveText([customer.full_name]);
  const session = await page.context().newCDPSession(page);
  await session.send("Input.imeSetComposition", { text: "ường", selectionStart: 4, selectionEnd: 4 });
  await box(page).dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await expect(page).toHaveURL(/customers$/);
  await session.send("Input.insertText", { text: "ường" });
  await expect(box(page)).toHaveValue(`${word} hường`);
  // What is typed now has no answer yet: Enter must not open the match of the text before.
  await box(page).fill(`${word} không ai cả`);
  await page.keyboard.press("Enter");
  await expect(page.getByText(`Không tìm thấy khách “${word} không ai cả”.`)).toBeVisible();
  await box(page).fill(`${word} hường`);
  await expect(rows(page)).toHaveText([customer.full_name]);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: customer.full_name })).toBeVisible();
});

test("are added with what was searched for; a number that exists leads to its customer", async ({
  page,
  request,
}) => {
  const desk = await api(request);
  const phone = newPhone();
  const mother = await addCustomer(desk, { full_name: `Lê ${newWord()}`, phone });
  const name = `Bé ${newWord()}`;
  await signIn(page, "receptionist", "/desk/customers");
  await box(page).fill(name);
  await expect(page.getByText(`Không tìm thấy khách “${name}”.`)).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Thêm khách" }).last().click();
  await expect(page.getByLabel("Họ tên")).toHaveValue(name);
  await page.getByLabel("Điện thoại").fill(phone);
  await page.getByLabel("Ngày sinh").fill("31/12");
  await page.getByLabel("Nhãn").fill("Bé");
  await page.getByLabel("Nhãn").press("Enter");
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByLabel("Điện thoại")).toBeFocused();
  await expect(page.getByText("Số này đã có khách khác dùng.")).toBeVisible();
  await expect(page.getByRole("link", { name: `Mở hồ sơ ${mother.full_name}` })).toHaveAttribute(
    "href",
    `/desk/customers/${mother.id}`,
  );
  await page.getByRole("button", { name: "Là người nhà, dùng chung số" }).click();
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
  await expect(page.getByText("31/12", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: mother.full_name })).toBeVisible();
});

test("say at the field what is wrong, and keep what was typed", async ({ page }) => {
  await signIn(page, "receptionist", "/desk/customers/new");
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByLabel("Họ tên")).toBeFocused();
  await expect(page.getByLabel("Họ tên")).toHaveAccessibleDescription("Cần họ tên.");
  await page.getByLabel("Họ tên").fill("Lê Mai");
  await page.getByLabel("Điện thoại").fill("12");
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByLabel("Điện thoại")).toBeFocused();
  await expect(page.getByLabel("Điện thoại")).toHaveAccessibleDescription(/0912 345 678/);
  await page.getByRole("navigation").getByRole("link", { name: "Lịch" }).click();
  await page.getByRole("button", { name: "Ở lại" }).click();
  await expect(page.getByLabel("Họ tên")).toHaveValue("Lê Mai");
});

test("keep both changes of two people; the same field is asked about with both texts", async ({
  page,
  request,
}) => {
  const desk = await api(request);
  const customer = await addCustomer(desk, { full_name: `Trần ${newWord()}`, notes: "Phòng yên tĩnh" });
  await signIn(page, "receptionist", `/desk/customers/${customer.id}`);
  await page.getByRole("button", { name: "Sửa" }).click();
  await page.getByLabel("Email").fill("mai@example.com");
  await desk("PATCH", `customers/${customer.id}`, { birthday: "1990-12-31" });
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByText("31/12/1990")).toBeVisible();
  await expect(page.getByText("mai@example.com")).toBeVisible();

  await page.getByRole("button", { name: "Sửa" }).click();
  await page.getByLabel("Ghi chú").fill("Phòng lạnh");
  await page.getByLabel("Email").fill("lan@example.com");
  await desk("PATCH", `customers/${customer.id}`, { notes: "Phòng ấm" });
  await page.getByRole("button", { name: "Lưu" }).click();
  const conflict = page.getByRole("region", { name: "Hồ sơ vừa được người khác sửa" });
  await expect(conflict).toContainText("Phòng lạnh");
  await expect(conflict).toContainText("Phòng ấm");
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByText("Chọn nội dung giữ lại trước khi lưu.")).toBeVisible();
  await conflict.getByLabel("Vừa được lưu").check();
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByRole("button", { name: "Sửa" })).toBeVisible();
  expect(await readCustomer(desk, customer.id)).toMatchObject({
    notes: "Phòng ấm",
    email: "lan@example.com",
    birthday: "1990-12-31",
  });
});

test("show a name of HTML as text, health remarks first, and visits that lead to their day", async ({
  page,
  request,
}) => {
  const desk = await api(request);
  const { items } = await desk<{ items: { customer_id: string; branch_id: string }[] }>(
    "GET",
    "visits?limit=50",
  );
  const visit = items.find(({ customer_id }) => customer_id !== null);
  const customer = await desk<CustomerRead>("PATCH", `customers/${visit?.customer_id}`, {
    full_name: SCRIPT,
    contraindications: "Dị ứng tinh dầu oải hương",
    notes: SCRIPT,
  });
  await signIn(page, "receptionist", `/desk/customers/${customer.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(SCRIPT);
  await expect(page.getByText("Dị ứng tinh dầu oải hương")).toBeVisible();
  await page.getByRole("region", { name: "Lịch hẹn" }).getByRole("link").first().click();
  await expect(page).toHaveURL(/\/desk\/board\?.*day=/);
  await expect(page.locator("[data-card]").first()).toBeVisible();
  expect(await page.title()).not.toBe("hacked");
});

test("give and withdraw consents, with the history", async ({ page, request }) => {
  const desk = await api(request);
  const customer = await addCustomer(desk, { full_name: `Phan ${newWord()}` });
  await signIn(page, "receptionist", `/desk/customers/${customer.id}`);
  const consents = page.getByRole("region", { name: "Phiếu đồng ý" });
  const photos = consents.getByRole("listitem").filter({ hasText: "hình ảnh" });
  await photos.getByRole("button", { name: "Ghi đồng ý" }).click();
  await photos.getByRole("button", { name: "Giấy" }).click();
  await photos.getByLabel("Bản phiếu đồng ý").fill("2026-01");
  await page.keyboard.press("Enter");
  await expect(photos.getByText("Đồng ý ·")).toBeVisible();
  await photos.getByRole("button", { name: "Rút lại đồng ý" }).click();
  await photos.getByRole("button", { name: "Lưu: không đồng ý" }).click();
  await expect(photos.getByText("Không đồng ý ·")).toBeVisible();
  await consents.getByText("Lịch sử: 2 lần trả lời").click();
  const kept = await desk<ConsentRead[]>("GET", `customers/${customer.id}/consents`);
  expect(kept.map(({ granted, channel, version }) => [granted, channel, version])).toEqual([
    [false, "desk", "2026-01"],
    [true, "paper", "2026-01"],
  ]);
});

test("are archived and restored by one undo", async ({ page, request }) => {
  const desk = await api(request);
  const customer = await addCustomer(desk, { full_name: `Võ ${newWord()}` });
  await signIn(page, "receptionist", `/desk/customers/${customer.id}`);
  await page.getByRole("button", { name: "Thao tác khác" }).click();
  await page.getByRole("menuitem", { name: "Lưu trữ" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Lưu trữ" }).click();
  await expect(page.getByText("Đã lưu trữ", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Hoàn tác" }).click();
  await expect(page.getByText("Đã khôi phục hồ sơ.")).toBeVisible();
  expect((await readCustomer(desk, customer.id)).archived_at).toBeNull();
});

test("go page by page, and keep the page while one is looked at", async ({ page }) => {
  await signIn(page, "receptionist", "/desk/customers");
  const first = await rows(page).first().textContent();
  await page.getByRole("button", { name: "Trang sau" }).click();
  await expect(page.getByText("Trang 2")).toBeVisible();
  await expect(rows(page).first()).not.toHaveText(first ?? "");
  await rows(page).first().click();
  await page.goBack();
  await expect(page.getByText("Trang 2")).toBeVisible();
  await page.getByRole("button", { name: "Trang trước" }).click();
  await expect(page.getByText("Trang 1")).toBeVisible();
});

test("offer to each role what it may do", async ({ page, browser }) => {
  await signIn(page, "receptionist", "/desk/customers/import");
  await expect(page.getByText("Chỉ chủ spa nhập được tệp khách hàng.")).toBeVisible();
  await page.goto("/desk/customers");
  await expect(rows(page).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Thao tác khác" })).toHaveCount(0);
  const therapist = await browser.newPage();
  await signIn(therapist, "therapist", "/desk/customers");
  await expect(therapist.getByText("Tài khoản này không xem được khách hàng.")).toBeVisible();
  await expect(therapist.getByRole("navigation").getByRole("link", { name: "Khách hàng" })).toHaveCount(0);
  await therapist.close();
});

test("say when they cannot be loaded, and come back by one button", async ({ page }) => {
  await signIn(page, "receptionist", "/desk/board");
  await page.route("**/api/v1/customers?*", (route) =>
    route.fulfill({
      status: 403,
      json: { status: "error", error: { code: "FORBIDDEN", message: "Không có quyền." } },
    }),
  );
  await page.getByRole("navigation").getByRole("link", { name: "Khách hàng" }).click();
  await expect(page.getByRole("alert")).toContainText("Không có quyền.");
  await page.unroute("**/api/v1/customers?*");
  await page.getByRole("button", { name: "Thử lại" }).click();
  await expect(rows(page).first()).toBeVisible();
});
