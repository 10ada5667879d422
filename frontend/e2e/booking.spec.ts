/** New bookings at the desk. */
import type { Page } from "@playwright/test";
import type { CustomerRead } from "../src/api/generated";
import { expect, signIn, test } from "./facts";
import { addCustomer as add, newWord } from "./people";
import { inMinutes, makeSpa, type TestSpa } from "./spa";
import { violationsOf } from "./violations";

const panel = (page: Page) => page.locator("[data-booking]");
const submit = (page: Page) => page.locator("[data-submit]");
const findCustomer = (page: Page) => page.getByPlaceholder("Tìm tên hoặc 4 số cuối");
/** The customer in the list, and not the offer to add one of this name. */
const option = (page: Page, name: string) =>
  page.getByRole("option", { name: new RegExp(`^${name}`) }).first();
const findTreatment = (page: Page) => page.getByPlaceholder(/^Tìm dịch vụ/);

/** Add a customer with a name that no other has. */
const addCustomer = ({ call }: TestSpa, fields: Partial<CustomerRead> = {}) =>
  add(call, { full_name: `Nguyễn Thị ${newWord()}`, ...fields });

async function openBoard(page: Page, spa: TestSpa): Promise<void> {
  await signIn(page, "admin", `/desk/board?branch=${spa.branch}`);
  await expect(page.locator("[data-board]")).toBeVisible();
  await expect(page.locator("[data-empty-place]").first()).toBeVisible();
}

/** Choose the customer by name, and the treatment of the spa. */
async function enter(page: Page, name: string): Promise<void> {
  await findCustomer(page).fill(name);
  await option(page, name).click();
  // The button has the focus until it is known that they have had nothing yet.
  await expect(findTreatment(page)).toBeFocused();
  await findTreatment(page).fill("thuy dien 60");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-treatment]")).toHaveCount(1);
}

/** Let the customer have had the treatment today, with an add-on and a therapist whom they asked for. */
async function addPastVisit(spa: TestSpa, customerId: string): Promise<void> {
  await spa.call("POST", "visits", {
    branch_id: spa.branch,
    walk_in: true,
    start: inMinutes(-150),
    customer_id: customerId,
    note: "Thích lực mạnh.",
    guests: [
      {
        treatments: [
          {
            variant_id: spa.variants[0],
            add_on_ids: [spa.addOn],
            therapist_id: (spa.therapists[1] ?? spa.therapists[0])?.id,
          },
        ],
      },
    ],
  });
}

test("an empty place of a therapist is booked where it was clicked", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa, {
    contraindications: "Dị ứng tinh dầu sả",
    notes: "Thích phòng yên tĩnh",
  });
  await openBoard(page, spa);
  const column = page.locator(`[data-column="${spa.therapists[1]?.id}"]`);
  const now = await page.locator("[data-now]").boundingBox();
  const place = await column.boundingBox();
  if (now === null || place === null) throw new Error("nothing is drawn");
  await page.mouse.click(place.x + 40, now.y + 150);
  await expect(findCustomer(page)).toBeFocused();
  await enter(page, mai.full_name);
  await expect(panel(page)).toContainText("Dị ứng tinh dầu sả");
  await expect(panel(page)).toContainText("Thích phòng yên tĩnh");
  // The time is lit in the column, on the board that stays visible.
  await expect(column.locator("[data-ghost]")).toBeVisible();
  const lit = await column.locator("[data-ghost]").boundingBox();
  expect(Math.abs((lit?.y ?? 0) - (now.y + 150))).toBeLessThan(30);
  // Another place is pressed: the booking goes there, and back, with all that was entered.
  const other = page.locator(`[data-column="${spa.therapists[0]?.id}"]`);
  const otherPlace = await other.boundingBox();
  await page.mouse.click((otherPlace?.x ?? 0) + 40, now.y + 250);
  await expect(other.locator("[data-ghost]")).toBeVisible();
  await expect(panel(page)).toContainText(mai.full_name);
  await page.mouse.click(((await column.boundingBox())?.x ?? 0) + 40, now.y + 150);
  await expect(column.locator("[data-ghost]")).toBeVisible();
  // The panel shows whose column it is, as the choice of the desk.
  const therapist = panel(page).getByLabel("Kỹ thuật viên");
  await expect(therapist).toHaveValue(spa.therapists[1]?.id ?? "");
  await expect(panel(page).getByRole("button", { name: "Khách yêu cầu" })).toHaveAttribute(
    "aria-pressed",
    "false",
  );
  await submit(page).click();
  await expect(panel(page)).toHaveCount(0);
  await expect(column.locator("[data-card]")).toHaveCount(1);
  const [visit] = await spa.visits();
  expect(visit?.appointments[0]).toMatchObject({ customer_id: mai.id, status: "confirmed" });
  // The desk pointed at the column: that is no wish of the guest.
  expect(visit?.appointments[0]?.treatments[0]?.therapist_id).toBeNull();

  await page.getByRole("button", { name: "Hoàn tác" }).click();
  await expect(page.getByText("Đã hủy lịch vừa đặt.")).toBeVisible();
  expect((await spa.visits())[0]?.appointments[0]?.status).toMatch(/cancelled/);
});

test("a known customer has the usual at the next free time in 3 key presses besides the name", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await addPastVisit(spa, mai.id);
  await openBoard(page, spa);
  let presses = 0;
  const press = async (key: string) => {
    presses += 1;
    await page.keyboard.press(key);
  };
  await press("n");
  await expect(findCustomer(page)).toBeFocused();
  await page.keyboard.type(mai.full_name.split(" ").at(-1)?.toLowerCase() ?? "");
  await press("Enter");
  await expect(submit(page)).toHaveText(/^Đặt \d\d:\d\d$/);
  await expect(submit(page)).toBeFocused();
  await press("Enter");
  await expect(page.getByText(`Đã đặt lịch cho ${mai.full_name}`)).toBeVisible();
  expect(presses).toBeLessThanOrEqual(10);
  expect(presses).toBe(3);
  const booked = (await spa.visits()).filter(({ source }) => source === "desk");
  expect(booked).toHaveLength(1);
  expect(booked[0]?.appointments[0]?.treatments[0]).toMatchObject({
    variant_id: spa.variants[0],
    therapist_id: spa.therapists[1]?.id,
    add_ons: [{ add_on_id: spa.addOn }],
  });
});

test("the usual is said to be so, and gives way to another treatment", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await addPastVisit(spa, mai.id);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await findCustomer(page).fill(mai.full_name);
  await option(page, mai.full_name).click();
  await expect(panel(page).getByText("Như lần trước")).toBeVisible();
  await page.getByPlaceholder("Chọn dịch vụ khác").fill("thuy dien 90");
  await page.keyboard.press("Enter");
  await expect(panel(page).getByText("Như lần trước")).toHaveCount(0);
  await expect(page.locator("[data-treatment]")).toHaveCount(1);
  await expect(page.locator("[data-treatment]")).toContainText("90 phút");
});

test("the reason why nothing is free is seen without scrolling", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await enter(page, mai.full_name);
  // The shifts of this branch end the day after tomorrow.
  await panel(page).locator("button[data-day]").last().click();
  const reason = page.locator("[data-reason]");
  await expect(reason).toHaveText(/./);
  await expect(reason).toHaveRole("alert");
  await expect(reason).toBeInViewport({ ratio: 1 });
  await expect(page.locator("[data-reasons]")).toContainText((await reason.textContent()) ?? "");
  await expect(panel(page)).not.toContainText("Chọn khách và dịch vụ.");
});

test("a past visit is repeated by one press", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await addPastVisit(spa, mai.id);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await findCustomer(page).fill(mai.full_name);
  await option(page, mai.full_name).click();
  await expect(panel(page)).toContainText("Thích lực mạnh.");
  await page.getByRole("button", { name: /^Đặt ngay như lần này: / }).click();
  await expect(page.getByText(`Đã đặt lịch cho ${mai.full_name}`)).toBeVisible();
  expect((await spa.visits()).filter(({ source }) => source === "desk")).toHaveLength(1);
});

test("a walk-in is taken in by one key, or with a treatment that is typed", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await spa.call("POST", "visits", {
    branch_id: spa.branch,
    start: inMinutes(120),
    guests: [{ guest_name: "Chị Lan", treatments: [{ variant_id: spa.variants[0] }] }],
  });
  await openBoard(page, spa);
  await expect(page.locator("[data-card]")).not.toHaveCount(0);
  await page.keyboard.press("Shift+W");
  // Who takes the guest, and where, is said at once.
  await expect(page.getByText(/^Đã check-in .+, \d\d:\d\d: .+ · .+\.$/)).toBeVisible();
  const walkIns = async () => (await spa.visits()).filter(({ source }) => source === "walk_in");
  expect((await walkIns())[0]?.appointments[0]).toMatchObject({
    status: "arrived",
    treatments: [{ variant_id: spa.variants[0] }],
  });

  await page.keyboard.press("w");
  await expect(findTreatment(page)).toBeFocused();
  await page.keyboard.type("thuy dien 60");
  await page.keyboard.press("Enter");
  await expect(submit(page)).toHaveText("Check-in");
  await page.keyboard.press("Control+Enter");
  await expect(panel(page)).toHaveCount(0);
  expect(await walkIns()).toHaveLength(2);
});

test("a guest who was not written down is entered where they were: then, or at the time that is typed", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  await openBoard(page, spa);
  const column = page.locator(`[data-column="${spa.therapists[0]?.id}"]`);
  // It is between 12:00 and 13:00 there, and an hour of the board has 90 pixels.
  await column.locator("[data-empty-place]").click({ position: { x: 40, y: 10 * 90 + 5 } });
  await expect(panel(page)).toContainText("Khách đã đến lúc 10:00, nay ghi lại.");
  await expect(findCustomer(page)).toBeFocused();
  await findTreatment(page).fill("thuy dien 60");
  await page.keyboard.press("Enter");
  await submit(page).click();
  await expect(
    page.getByText(/^Đã ghi lại Khách chưa có tên, 10:00: Lan Anh · Giường \d\.$/).first(),
  ).toBeVisible();
  const [visit] = await spa.visits();
  expect([visit?.source, visit?.appointments[0]?.status]).toEqual(["walk_in", "completed"]);
  await expect(column.locator("[data-card]")).toHaveCount(1);

  await page.keyboard.press("w");
  await panel(page).getByLabel("Khách đến lúc").fill("08:30");
  await findTreatment(page).fill("thuy dien 60");
  await page.keyboard.press("Enter");
  await expect(submit(page)).toHaveText("Ghi lại 08:30");
  await submit(page).click();
  await expect.poll(async () => (await spa.visits()).length).toBe(2);
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  const statuses = async () => {
    const guests = (await spa.visits()).flatMap(({ appointments }) => appointments);
    return guests.sort((a, b) => a.start.localeCompare(b.start)).map(({ status }) => status);
  };
  await expect.poll(statuses).toEqual(["cancelled", "completed"]);
});

test("a new customer is added while booking, with the phone checked", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const digits = String(crypto.getRandomValues(new Uint32Array(1))[0])
    .padStart(10, "0")
    .slice(-6);
  const owner = await addCustomer(spa, { phone: `0912${digits}` });
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await expect(findCustomer(page)).toBeFocused();
  await page.keyboard.type("Phan Thị Hường");
  await page.getByRole("option", { name: /Thêm khách/ }).click();
  const phone = page.getByLabel("Số điện thoại");
  await expect(phone).toBeFocused();
  await phone.fill("0212 345 67");
  await expect(panel(page).getByText(/Số điện thoại .*chưa đúng|chưa đúng/)).toBeVisible();
  await expect(phone).toHaveAttribute("aria-invalid", "true");
  await phone.fill(`0912${digits}`);
  await expect(panel(page).getByText(`Số này của ${owner.full_name}.`)).toBeVisible();
  await phone.fill(`0987${digits}`);
  await expect(panel(page).getByText(/dùng được/)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-guest]")).toContainText("Phan Thị Hường");
  await expect(findTreatment(page)).toBeFocused();
});

test("two desks want the last time: one holds it, the other is told the nearest, and nothing typed is lost", async ({
  page,
  browser,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  const [mai, lan] = [await addCustomer(spa), await addCustomer(spa)];
  await page.clock.install();
  await openBoard(page, spa);
  const context = await browser.newContext({ locale: "vi-VN" });
  const other = await context.newPage();
  await openBoard(other, spa);
  for (const [desk, name] of [
    [page, mai.full_name],
    [other, lan.full_name],
  ] as const) {
    await desk.keyboard.press("n");
    await enter(desk, name);
    await desk.getByLabel("Ghi chú cho lịch hẹn").fill(`Ghi chú của ${name}`);
    await expect(desk.locator("[data-start]").nth(2)).toBeVisible();
  }
  const wanted = (await page.locator("[data-start]").nth(2).getAttribute("data-start")) ?? "";
  // The other desk is slow: its times are those of before.
  await other.locator(`[data-start="${wanted}"]`).click();
  const starts = "**/api/v1/availability/starts";
  await other.route(starts, () => undefined);
  await page.locator(`[data-start="${wanted}"]`).click();
  await page.getByRole("button", { name: "Giữ chỗ" }).click();
  await expect(page.locator("[data-hold-left]")).toHaveText(/^Đang giữ chỗ, còn (10:00|9:\d\d)$/);
  // Its own hold is its own: the time is still chosen, and others can be.
  await expect(page.locator(`[data-start="${wanted}"]`)).toHaveAttribute("aria-pressed", "true");

  await other.bringToFront();
  await submit(other).click();
  await expect(other.getByRole("alert").filter({ hasText: /./ })).toBeVisible();
  await expect(other.locator("[data-alternative]").first()).toBeVisible();
  await expect(other.getByLabel("Ghi chú cho lịch hẹn")).toHaveValue(`Ghi chú của ${lan.full_name}`);
  await other.unroute(starts);
  await other.locator("[data-alternative]").first().click();
  await expect(other.locator(`[data-start="${wanted}"]`)).toHaveCount(0);
  await submit(other).click();
  await expect(panel(other)).toHaveCount(0);

  await page.clock.fastForward("10:05");
  await expect(panel(page).getByRole("alert").filter({ hasText: "Hết giờ giữ chỗ" })).toBeVisible();
  await expect(page.getByLabel("Ghi chú cho lịch hẹn")).toHaveValue(`Ghi chú của ${mai.full_name}`);
  await expect(page.locator("[data-treatment]")).toHaveCount(1);
  await context.close();
});

test("a hold is confirmed", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await enter(page, mai.full_name);
  await expect(submit(page)).toHaveText(/^Đặt \d/);
  await page.getByRole("button", { name: "Giữ chỗ" }).click();
  await expect(page.locator("[data-hold-left]")).toBeVisible();
  expect((await spa.visits())[0]?.appointments[0]?.status).toBe("held");
  await page.getByRole("button", { name: "Xác nhận" }).click();
  await expect(page.getByText(`Đã đặt lịch cho ${mai.full_name}`)).toBeVisible();
  expect((await spa.visits())[0]?.appointments[0]?.status).toBe("confirmed");
});

test("Enter twice on a network that loses the answer books once", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await openBoard(page, spa);
  const keys: (string | undefined)[] = [];
  await page.route("**/api/v1/visits", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    await route.fetch(); // it is booked, and nobody hears of it
    await route.abort();
  });
  await page.keyboard.press("n");
  await enter(page, mai.full_name);
  await expect(submit(page)).toHaveText(/^Đặt \d/);
  await submit(page).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(panel(page)).toHaveCount(0);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
  expect(await spa.visits()).toHaveLength(1);
});

test("Enter that ends a Telex composition picks no customer, and only the newest search is shown", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await openBoard(page, spa);
  let release: (value: null) => void = () => undefined;
  const newest = new Promise<null>((resolve) => {
    release = resolve;
  });
  const short = mai.full_name.slice(0, 3);
  await page.route(`**/customers/search?q=${encodeURIComponent(short)}&*`, async (route) => {
    await newest;
    await route.continue().catch(() => undefined); // it was given up
  });
  await page.keyboard.press("n");
  const input = findCustomer(page);
  await input.fill(short);
  await input.fill(mai.full_name);
  await expect(option(page, mai.full_name)).toBeVisible();
  release(null);
  await expect(page.getByRole("option")).toHaveCount(3);
  await input.dispatchEvent("keydown", { key: "Enter", isComposing: true, keyCode: 229, bubbles: true });
  await expect(input).toHaveValue(mai.full_name);
  await expect(page.locator("[data-guest]")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-guest]")).toContainText(mai.full_name);
});

test("tabbing through the days scrolls the days alone", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await enter(page, mai.full_name);
  const days = panel(page).locator("button[data-day]");
  await expect(days).toHaveCount(14);
  await days.first().focus();
  for (let press = 0; press < 13; press += 1) await page.keyboard.press("Tab");
  await expect(days.last()).toBeFocused();
  // What is scrolled sideways: the strip, and nothing around it.
  const scrolled = await days.last().evaluate((day) => {
    const found: string[] = [];
    for (let parent = day.parentElement; parent !== null; parent = parent.parentElement) {
      if (parent.scrollLeft > 0) found.push(parent.tagName);
    }
    return found;
  });
  expect(scrolled).toEqual(["FIELDSET"]);
});

test("a couple is booked in one room, and another appointment at the same time is confirmed", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 3, beds: 3 });
  const mai = await addCustomer(spa);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await enter(page, mai.full_name);
  await page.getByRole("button", { name: "Thêm khách đi cùng" }).click();
  await expect(findCustomer(page)).toBeFocused();
  await page.keyboard.type("Anh Khoa");
  await page.getByRole("option", { name: /Chỉ ghi tên/ }).click();
  await page.getByLabel("Chung phòng").check();
  await expect(submit(page)).toHaveText(/^Đặt \d/);
  const time = (await submit(page).textContent()) ?? "";
  await submit(page).click();
  await expect(panel(page)).toHaveCount(0);
  const [visit] = await spa.visits();
  expect(visit?.appointments.map(({ guest_name, customer_id }) => customer_id ?? guest_name)).toEqual([
    mai.id,
    "Anh Khoa",
  ]);

  await page.keyboard.press("n");
  await expect(findCustomer(page)).toBeFocused();
  await enter(page, mai.full_name);
  // A visit to come is not a past one.
  await expect(page.getByRole("list", { name: "Lịch hẹn trước" })).toHaveCount(0);
  await expect(submit(page)).toHaveText(time);
  await submit(page).click();
  await page.getByRole("button", { name: "Vẫn đặt cùng giờ" }).click();
  await expect(panel(page)).toHaveCount(0);
  expect(await spa.visits()).toHaveLength(2);
});

test("the same every week: what does not fit is told first, the rest is booked, and taken back", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await enter(page, mai.full_name);
  await expect(submit(page)).toHaveText(/^Đặt \d/);
  // The shifts of this branch end the day after tomorrow: only the first visit has a therapist.
  await page.getByLabel("Lặp lại").selectOption("1");
  await page.getByLabel("Số lần").selectOption("3");
  const preview = page.locator("[data-series]");
  await expect(preview).toContainText("2 lịch không đặt được, sẽ đặt 1 lịch.");
  await expect(preview.getByRole("listitem")).toHaveCount(3);
  await expect(page.getByRole("button", { name: "Giữ chỗ" })).toHaveCount(0);
  await expect(submit(page)).toHaveText(/^Đặt 3 lịch/);
  await submit(page).click();
  await expect(page.getByText(`Đã đặt 1 lịch cho ${mai.full_name}.`).first()).toBeVisible();
  await expect(page.getByText(/^Chưa đặt được: /).first()).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
  expect((await spa.visits()).map(({ appointments }) => appointments[0]?.status)).toEqual(["confirmed"]);
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(page.getByText("Đã hủy các lịch vừa đặt.").first()).toBeVisible();
  expect((await spa.visits())[0]?.appointments[0]?.status).toMatch(/cancelled/);
});

test("the panel has nothing that axe complains about", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const mai = await addCustomer(spa, { contraindications: "Đang mang thai", phone: null });
  await addPastVisit(spa, mai.id);
  await openBoard(page, spa);
  await page.keyboard.press("n");
  await findCustomer(page).fill(mai.full_name);
  await option(page, mai.full_name).click();
  await expect(submit(page)).toHaveText(/^Đặt \d/);
  await page.getByRole("button", { name: "Thêm khách đi cùng" }).click();
  expect(await violationsOf(page, "[data-booking]", ["best-practice"])).toEqual([]);
});
