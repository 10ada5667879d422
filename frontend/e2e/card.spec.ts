import type { Page } from "@playwright/test";
import { makeOnlineSpa, openPhone } from "./book";
import { expect, signIn, test } from "./facts";
import { newPhone, newWord } from "./people";
import { inMinutes, makeSpa, type TestSpa, type TestVisit } from "./spa";

async function openBoard(page: Page, spa: TestSpa, visit?: TestVisit, day = spa.today): Promise<void> {
  const card = visit === undefined ? "" : `&card=${visit.appointments[0]?.id}`;
  await signIn(page, "receptionist", `/desk/board?branch=${spa.branch}&day=${day}${card}`);
  await expect(page.locator("[data-board]")).toBeVisible();
}

const cardOf = (page: Page, visit: TestVisit, guest = 0) =>
  page.locator(`[data-card^="${visit.appointments[guest]?.treatments[0]?.id}/"]`).first();
const panelOf = (page: Page) => page.getByRole("dialog").filter({ has: page.locator("[data-panel-status]") });
const statusIn = async (spa: TestSpa, visit: TestVisit) =>
  (await spa.call<TestVisit>("GET", `visits/${visit.id}`)).appointments.map(({ status }) => status);

test("a guest's whole day: confirmed, arrived, begun, done, and taken back", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"], { body: { hold: true } });
  await openBoard(page, spa);
  await cardOf(page, visit).click();
  const panel = panelOf(page);
  await expect(panel.getByRole("heading", { name: "Chị Mai" })).toBeVisible();
  await expect(page).toHaveURL(/card=/);
  for (const [button, status] of [
    ["Xác nhận", "confirmed"],
    ["Check-in", "arrived"],
    ["Bắt đầu", "in_service"],
    ["Hoàn tất", "completed"],
  ] as const) {
    await panel.getByRole("button", { name: button, exact: true }).click();
    await expect(panel.locator(`[data-panel-status=${status}]`)).toBeVisible();
  }
  expect(await statusIn(spa, visit)).toEqual(["completed"]);
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(panel.locator("[data-panel-status=in_service]")).toBeVisible();
  await panel.getByRole("button", { name: "Quay lại “Đã đến”" }).click();
  await expect(panel.locator("[data-panel-status=arrived]")).toBeVisible();
  expect(await statusIn(spa, visit)).toEqual(["arrived"]);
  await panel.getByText("Nhật ký thay đổi").click();
  await expect(panel.getByText(/Đặt lịch lúc/)).toBeVisible();
  await page.goBack();
  await expect(panel).toBeHidden();
});

test("a guest who is there before opening is begun after one confirmation", async ({ page, request }) => {
  const spa = await makeSpa(request); // it is between 12:00 and 13:00 there
  const visit = await spa.book(["Chị Mai"], { body: { start: inMinutes(180) } });
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: "14:00", closes: "24:00" }));
  await spa.call("PUT", `branches/${spa.branch}/hours`, { hours });
  await openBoard(page, spa, visit);
  const panel = panelOf(page);
  await panel.getByRole("button", { name: "Check-in", exact: true }).click();
  await panel.getByRole("button", { name: "Bắt đầu", exact: true }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toBeVisible();
  await expect(question.getByRole("listitem")).toHaveCount(0); // the title says it
  await question.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(panel.locator("[data-panel-status=in_service]")).toBeVisible();
  await expect(question).toBeHidden();
  expect(await statusIn(spa, visit)).toEqual(["in_service"]);
});

test("the same day from the keyboard, for a whole party", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai", "Anh Khoa"]);
  await openBoard(page, spa);
  await cardOf(page, visit).focus();
  await page.keyboard.press("Shift+A");
  await expect(page.locator("[data-status=arrived]")).toHaveCount(2);
  await page.keyboard.press("b");
  await expect(page.locator("[data-status=in_service]")).toHaveCount(1);
  await page.keyboard.press("u");
  await expect(page.locator("[data-status=arrived]")).toHaveCount(2);
  await page.keyboard.press("d");
  await expect(page.getByText("Chưa “Hoàn tất” được ở trạng thái này.").first()).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Phím tắt" })).toBeVisible();
  await page.keyboard.press("Escape");
  await cardOf(page, visit).focus();
  await page.keyboard.press("Enter");
  await expect(panelOf(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(panelOf(page)).toBeHidden();
  await expect(cardOf(page, visit)).toBeFocused();
});

test("a late cancellation is told first", async ({ page, request }) => {
  const spa = await makeSpa(request, { policy: { free_cancel_minutes: 240 } });
  const visit = await spa.book(["Chị Mai"]);
  await openBoard(page, spa, visit);
  await panelOf(page).getByRole("button", { name: "Hủy sát giờ" }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("Đã quá hạn hủy miễn phí");
  await question.getByRole("button", { name: "Quay lại" }).click();
  expect(await statusIn(spa, visit)).toEqual(["confirmed"]);
  await panelOf(page).getByRole("button", { name: "Hủy sát giờ" }).click();
  await question.getByRole("button", { name: "Khách ốm" }).click();
  await question.getByRole("button", { name: "Vẫn hủy" }).click();
  await expect(panelOf(page).locator("[data-panel-status=late_cancelled]")).toBeVisible();
  await expect(panelOf(page)).toContainText("Khách ốm");
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(panelOf(page).locator("[data-panel-status=confirmed]")).toBeVisible();
});

test("treatments are added, made longer and given to another therapist", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["<img src=x onerror=alert(1)>"], { hour: 11 });
  await openBoard(page, spa, visit, spa.tomorrow);
  const panel = panelOf(page);
  await expect(panel.getByRole("heading", { name: "<img src=x onerror=alert(1)>" })).toBeVisible();
  await panel.getByText("Dịch vụ", { exact: true }).click();
  await panel.getByLabel("Thời lượng").selectOption("90");
  const assigned = panel.getByLabel("KTV làm");
  const before = await assigned.inputValue();
  const other = spa.therapists.find(({ id }) => id !== before);
  await assigned.selectOption(other?.id ?? "");
  await panel.getByRole("button", { name: "Lưu", exact: true }).first().click();
  await expect(page.getByText("Đã lưu lịch của").first()).toBeVisible();
  const changed = await spa.call<{
    appointments: {
      treatments: {
        start: string;
        end: string;
        therapist_id: null;
        allocations: { resource_id: string }[];
      }[];
    }[];
  }>("GET", `visits/${visit.id}`);
  const [treatment] = changed.appointments[0]?.treatments ?? [];
  expect(treatment?.therapist_id).toBeNull();
  expect(treatment?.allocations.map(({ resource_id }) => resource_id)).toContain(other?.id);
  expect(Date.parse(treatment?.end ?? "") - Date.parse(treatment?.start ?? "")).toBe(90 * 60_000);
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(panel.getByLabel("Thời lượng")).toHaveValue("60");
  await expect(assigned).toHaveValue(before);
});

test("a treatment is found by typing without accents, and Escape closes the list alone", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  await openBoard(page, spa, visit, spa.tomorrow);
  const panel = panelOf(page);
  await panel.getByText("Dịch vụ", { exact: true }).click();
  const field = panel.getByRole("combobox", { name: "Dịch vụ", exact: true });
  const list = page.getByRole("listbox");
  await field.fill("thuy dien 90");
  await expect(list.getByRole("option")).toHaveText(/Massage Thụy Điển.*90 phút/);
  await field.press("Escape");
  await expect(list).toBeHidden();
  await expect(panel).toBeVisible();
  await field.fill("thuy dien 90");
  await field.press("Enter");
  await expect(panel.getByRole("group", { name: "Dịch vụ 2" })).toContainText("Massage Thụy Điển");
  await panel.getByRole("button", { name: "Lưu", exact: true }).first().click();
  await expect(page.getByText("Đã lưu lịch của Chị Mai.").first()).toBeVisible();
  const changed = await spa.call<TestVisit>("GET", `visits/${visit.id}`);
  expect(changed.appointments[0]?.treatments.map(({ variant_id }) => variant_id)).toEqual([
    spa.variants[0],
    spa.variants[1],
  ]);
});

test("a note is written, kept while it is typed, and undone", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  await openBoard(page, spa, visit, spa.tomorrow);
  const panel = panelOf(page);
  await panel.getByText("Ghi chú", { exact: true }).click();
  await panel.getByLabel("Ghi chú (khách đọc được)").fill("Lực nhẹ");
  await panel.getByRole("button", { name: "Đóng" }).click();
  await cardOf(page, visit).click();
  await panel.getByText("Ghi chú", { exact: true }).click();
  await expect(panel.getByLabel("Ghi chú (khách đọc được)")).toHaveValue("Lực nhẹ");
  await panel.getByLabel("Ghi chú (khách đọc được)").press("Control+Enter");
  await expect(page.getByText("Đã lưu ghi chú.").first()).toBeVisible();
  expect((await spa.call<{ note: string }>("GET", `visits/${visit.id}`)).note).toBe("Lực nhẹ");
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(page.getByText("Đã trả lại ghi chú cũ.").first()).toBeVisible();
  expect((await spa.call<{ note: string }>("GET", `visits/${visit.id}`)).note).toBe("");
});

test("a guest is moved to a free start, and a refused one offers the nearest", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"], { hour: 10 });
  await openBoard(page, spa, visit, spa.tomorrow);
  const panel = panelOf(page);
  await panel.getByText("Dời lịch", { exact: true }).click();
  await panel.getByRole("button", { name: "15:30", exact: true }).click();
  await expect(page.getByText(/Đã dời Chị Mai sang 15:30/).first()).toBeVisible();
  await expect(panel).toContainText("15:30–16:30");
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(panel).toContainText("10:00–11:00");
  await spa.book(["Anh A", "Anh B"], { hour: 18 });
  await panel.getByRole("button", { name: "18:00", exact: true }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("Giờ trống gần nhất");
  await question
    .getByRole("button", { name: "19:00" })
    .or(question.getByRole("button", { name: "19:15" }))
    .first()
    .click();
  await expect(page.getByText(/Đã dời Chị Mai sang 19:/).first()).toBeVisible();
});

test("a party: the other guest, one room, and a visit apart", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai", "Anh Khoa"], { hour: 11 });
  await openBoard(page, spa, visit, spa.tomorrow);
  const panel = panelOf(page);
  await panel.getByText("Nhóm", { exact: true }).click();
  await panel.getByLabel("Chung phòng").click();
  await expect(page.getByText("Cả nhóm sẽ chung phòng.").first()).toBeVisible();
  await panel
    .getByRole("button", { name: /Anh Khoa/ })
    .first()
    .click();
  await expect(panel.getByRole("heading", { name: "Anh Khoa" })).toBeVisible();
  await panel.getByText("Nhóm", { exact: true }).click();
  await panel.getByRole("button", { name: "Tách Anh Khoa khỏi nhóm" }).click();
  await expect(page.getByText("Anh Khoa đã có lịch riêng.").first()).toBeVisible();
  expect((await spa.call<TestVisit>("GET", `visits/${visit.id}`)).appointments).toHaveLength(1);
});

test("two guests swap their therapists, and back", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const [lan, nhung] = spa.therapists;
  const mai = await spa.book(["Chị Mai"], { hour: 11, wish: { bed_id: spa.beds[0]?.id } });
  const khoa = await spa.book(["Anh Khoa"], { hour: 11 });
  await openBoard(page, spa, mai, spa.tomorrow);
  const therapistOf = async () =>
    (
      await spa.call<{
        appointments: { treatments: { allocations: { kind: string; resource_id: string }[] }[] }[];
      }>("GET", `visits/${mai.id}`)
    ).appointments[0]?.treatments[0]?.allocations.find(({ kind }) => kind === "staff")?.resource_id;
  const before = await therapistOf();
  const panel = panelOf(page);
  await panel.getByText("Đổi với lịch khác").click();
  await panel.getByLabel("Đổi với").selectOption(khoa.appointments[0]?.id ?? "");
  await panel.getByRole("button", { name: "Đổi", exact: true }).click();
  await expect(page.getByText("Đã đổi hai lịch hẹn.").first()).toBeVisible();
  expect(await therapistOf()).toBe(before === lan?.id ? nhung?.id : lan?.id);
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(page.getByText("Đã đổi lại như cũ.").first()).toBeVisible();
  expect(await therapistOf()).toBe(before);
});

test("a preview shows by pointer and by keyboard, and the menu by the right button", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"], { body: { note: "Lực nhẹ thôi" } });
  await openBoard(page, spa);
  await cardOf(page, visit).hover();
  await expect(page.locator("[data-preview]")).toContainText("Lực nhẹ thôi");
  await page.mouse.move(5, 5);
  await expect(page.locator("[data-preview]")).toBeHidden();
  await page.locator("[data-board]").focus();
  await page.keyboard.press("Tab");
  await expect(page.locator("[data-column-menu]").first()).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("[data-column-menu]").nth(1)).toBeFocused();
  await cardOf(page, visit).focus();
  await expect(page.locator("[data-preview]")).toBeVisible();
  await cardOf(page, visit).click({ button: "right" });
  await page.getByRole("menuitem", { name: /Check-in/ }).click();
  await expect(page.locator("[data-status=arrived]")).toBeVisible();
});

test.describe("on a tablet", () => {
  test.use({ hasTouch: true, viewport: { width: 1280, height: 800 } });

  test("a long press without moving opens the menu, and moves nothing", async ({ page, request }) => {
    const spa = await makeSpa(request);
    const visit = await spa.book(["Chị Mai"]);
    await openBoard(page, spa);
    const box = await cardOf(page, visit).boundingBox();
    if (box === null) throw new Error("no card");
    const point = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + 15) };
    const touch = await page.context().newCDPSession(page);
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)));
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await expect(page.getByRole("menu", { name: "Lịch hẹn của Chị Mai" })).toBeVisible();
    await expect(panelOf(page)).toBeHidden();
    const { appointments } = await spa.call<TestVisit>("GET", `visits/${visit.id}`);
    expect(appointments[0]?.start).toBe(visit.appointments[0]?.start);
  });
});

test("the private link of a guest who booked online is seen and revoked", async ({
  page,
  request,
  browser,
}) => {
  const spa = await makeOnlineSpa(request);
  const phone = await openPhone(browser);
  const name = `Mai ${newWord()}`;
  const { key } = await spa.call<{ key: string }>("GET", `branches/${spa.branch}`);
  const held = await phone.request.post(`/api/v1/public/branches/${key}/visits`, {
    headers: { "Idempotency-Key": crypto.randomUUID() },
    data: { start: spa.at(10), guests: [{ treatments: [{ variant_id: spa.variants[0] }] }] },
  });
  const { token } = (await held.json()) as { token: string };
  const link = `/api/v1/public/visits/${token}`;
  await phone.request.post(`${link}/confirm`, { data: { full_name: name, phone: newPhone() } });
  await openBoard(page, spa, undefined, spa.tomorrow);
  await page.locator("[data-card]").click();
  const panel = panelOf(page);
  await panel.getByText("Nhật ký thay đổi").click();
  await expect(panel.getByText("Khách (đặt online)").first()).toBeVisible();
  await panel.getByText("Liên kết riêng của khách").click();
  await expect(panel.getByText(/^Dùng được đến /).last()).toBeVisible();
  await panel.getByRole("button", { name: "Thu hồi liên kết" }).click();
  expect((await phone.request.get(link)).status()).toBe(200);
  await page.getByRole("alertdialog").getByRole("button", { name: "Thu hồi liên kết" }).click();
  await expect(page.getByText("Đã thu hồi liên kết của khách.")).toBeVisible();
  await expect(panel.getByRole("button", { name: "Thu hồi liên kết" })).toHaveCount(0);
  expect((await phone.request.get(link)).status()).toBe(404);
  await phone.close();
});
