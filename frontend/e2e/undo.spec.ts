/** Everything that the desk does is taken back: by the toast, or by Ctrl+Z. What cannot be taken back says why. */
import type { Page } from "@playwright/test";
import { expect, test } from "./facts";
import { choose, makeSpa, openBoard, type TestSpa, type TestVisit } from "./spa";

const read = (spa: TestSpa, visit: TestVisit) => spa.call<TestVisit>("GET", `visits/${visit.id}`);

/** Wait until a visit is as it was. */
async function expectBack(spa: TestSpa, visit: TestVisit, before: TestVisit): Promise<void> {
  await expect.poll(() => read(spa, visit)).toEqual(before);
}

/** Press the undo of the newest toast. */
async function undo(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
}

/** Open a folded section of the card. */
async function unfold(page: Page, title: string): Promise<void> {
  await page.locator("summary", { hasText: title }).click();
}

test("a plan for a sick therapist: the guests and the time come back", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"], { hour: 11, wish: { therapist_id: spa.therapists[0]?.id } });
  const before = await read(spa, visit);
  await openBoard(page, spa);
  await choose(page, "Lan Anh", "Nghỉ đột xuất: chia lịch");
  await page.getByRole("button", { name: "Áp dụng phương án" }).click();
  await expect(page.locator("[data-shade=blocked]")).toBeVisible();
  await undo(page);
  await expect(page.getByText("Đã trả lại lịch của Lan Anh.")).toBeVisible();
  await expectBack(spa, visit, before);
  await expect(page.locator("[data-shade=blocked]")).toBeHidden();
});

test("a guest who got a visit apart is with the party again", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai", "Anh Khoa"], { hour: 11, body: { same_room: true } });
  const before = await read(spa, visit);
  await openBoard(page, spa, `&card=${visit.appointments[1]?.id}`);
  await unfold(page, "Nhóm");
  await page.getByRole("button", { name: "Tách Anh Khoa khỏi nhóm" }).click();
  await expect.poll(async () => (await read(spa, visit)).appointments).toHaveLength(1);
  await undo(page);
  await expect(page.getByText("Anh Khoa đã vào lại nhóm.")).toBeVisible();
  await expectBack(spa, visit, before);
});

test("a swap is taken back by Ctrl+Z, from the keyboard alone", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  const other = await spa.book(["Anh Khoa"], { hour: 14 });
  const before = await read(spa, other);
  await openBoard(page, spa, `&card=${visit.appointments[0]?.id}`);
  await unfold(page, "Đổi với lịch khác");
  const section = page.locator("details", { hasText: "Đổi với lịch khác" });
  await section.getByRole("combobox").selectOption({ value: other.appointments[0]?.id ?? "" });
  await page.getByLabel("Giờ", { exact: true }).check();
  await section.getByRole("button", { name: "Đổi", exact: true }).press("Enter");
  await expect.poll(() => read(spa, other)).not.toEqual(before);
  await page.locator("[data-card]").first().press("Control+z");
  await expectBack(spa, other, before);
});

test("other treatments: what was dropped comes back as it was agreed", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const treatments = [{ variant_id: spa.variants[0] }, { variant_id: spa.variants[1] }];
  const visit = await spa.book([], {
    hour: 11,
    body: { guests: [{ guest_name: "Chị Mai", treatments }] },
  });
  const before = await read(spa, visit);
  await openBoard(page, spa, `&card=${visit.appointments[0]?.id}`);
  await unfold(page, "Dịch vụ");
  await page.getByRole("button", { name: "Bỏ dịch vụ" }).first().click();
  await page.getByRole("button", { name: "Lưu", exact: true }).click();
  await expect.poll(async () => (await read(spa, visit)).appointments[0]?.treatments).toHaveLength(1);
  await undo(page);
  await expectBack(spa, visit, before);
});

test("blocked time, leave and an outage that were removed are there again", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  const [lan] = spa.therapists;
  const [bed] = spa.beds;
  const times = { start: spa.at(14), end: spa.at(16), reason: "Về quê" };
  await spa.call("POST", "blocked-times", {
    ...{ branch_id: spa.branch, resource_id: lan?.id, reason: "meeting", note: "Họp ca" },
    ...{ first_day: spa.tomorrow, starts: "10:00", ends: "11:00" },
  });
  const leave = await spa.call<{ id: string }>("POST", "time-off", { ...times, staff_id: lan?.id });
  await spa.call("POST", `time-off/${leave.id}/approve`, {});
  await spa.call("POST", `resources/${bed?.id}/outages`, { ...times, reason: "Gãy chân" });
  await openBoard(page, spa, "", "admin");

  for (const [shade, button] of [
    ["blocked", "Bỏ hẳn"],
    ["leave", "Rút nghỉ phép"],
    ["outage", "Đã sửa xong"],
  ] as const) {
    if (shade === "outage") await page.getByRole("button", { name: "Theo phòng" }).click();
    const there = page.locator(`[data-shade=${shade}]`);
    const words = await there.textContent();
    await there.locator("[data-away]").click();
    await page.getByRole("button", { name: button }).click();
    await expect(there).toHaveCount(0);
    await undo(page);
    await expect(there).toHaveText(words ?? "");
  }
  const { items } = await spa.call<{ items: { status: string; reason: string }[] }>(
    "GET",
    `time-off?staff_id=${lan?.id}`,
  );
  expect(items[0]).toMatchObject({ status: "approved", reason: "Về quê" });
});

test("a series that was cancelled is booked again, but for what was cancelled before", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const days = [7, 14].map((count) => Date.parse(spa.at(0)) + count * 24 * 3_600_000);
  for (const day of days)
    for (const { id } of spa.therapists)
      await spa.call("POST", "shifts", {
        ...{ staff_id: id, branch_id: spa.branch },
        ...{ start: new Date(day).toISOString(), end: new Date(day + 24 * 3_600_000).toISOString() },
      });
  const guests = [{ guest_name: "Chị Mai", treatments: [{ variant_id: spa.variants[0] }] }];
  const made = await spa.call<{ id: string; occurrences: { visit: TestVisit }[] }>("POST", "visit-series", {
    visit: { branch_id: spa.branch, start: spa.at(11), guests },
    repeat: { count: 3 },
  });
  const [first, second, third] = made.occurrences.map(({ visit }) => visit);
  if (first === undefined || second === undefined || third === undefined) throw new Error("not booked");
  await spa.call("PUT", `visits/${second.id}/status`, { status: "cancelled" });
  await openBoard(page, spa, `&card=${first.appointments[0]?.id}`);
  await unfold(page, "Chuỗi");
  await page.getByRole("button", { name: "Hủy lần này và các lần sau" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Hủy các lịch" }).click();
  const statuses = async () =>
    await Promise.all(
      [first, second, third].map(async (visit) => (await read(spa, visit)).appointments[0]?.status),
    );
  await expect.poll(statuses).toEqual(["cancelled", "cancelled", "cancelled"]);
  await undo(page);
  await expect(page.getByText("Đã khôi phục 2 lịch hẹn của chuỗi.")).toBeVisible();
  expect(await statuses()).toEqual(["confirmed", "cancelled", "confirmed"]);
});

test("what cannot be taken back says why", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 2 });
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  await openBoard(page, spa);
  const card = page.locator(`[data-card^="${visit.appointments[0]?.treatments[0]?.id}/"]`);
  await card.focus();
  for (const key of ["m", ...Array.from({ length: 8 }, () => "ArrowDown"), "Enter"])
    await page.keyboard.press(key);
  await expect(page.getByText(/Đã dời Chị Mai sang 13:00/)).toBeVisible();
  await spa.book(["Anh Khoa"], { hour: 11 });
  await page.keyboard.press("Control+z");
  await expect(page.locator("[data-type=failure]").first()).toContainText(
    /Không hoàn tác được: .*Lan Anh.* đã có khách vào giờ cũ/,
  );
});

test("the history tells who was reassigned, and that it was undone", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const [lan, nhung] = spa.therapists;
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  const [appointment] = visit.appointments;
  const changes = { treatments: [{ id: appointment?.treatments[0]?.id, assign_to: nhung?.id }] };
  const first = await spa.call<{ edit_id?: string }>("PATCH", `appointments/${appointment?.id}`, changes);
  changes.treatments = [{ id: appointment?.treatments[0]?.id, assign_to: lan?.id }];
  const second = await spa.call<{ edit_id?: string }>("PATCH", `appointments/${appointment?.id}`, changes);
  const editId = second.edit_id ?? first.edit_id;
  await openBoard(page, spa, `&card=${appointment?.id}`);
  await unfold(page, "Nhật ký thay đổi");
  const history = page.locator("aside ol");
  await expect(history.getByText(/đổi KTV từ (Lan Anh|Hồng Nhung) sang/).first()).toBeVisible();
  const told = await history.getByText(/đổi KTV/).count();
  await spa.call("POST", `appointment-edits/${editId}/undo`, {});
  await expect(history.getByText(/đổi KTV/)).toHaveCount(told + 1);
});

test("a cancelled guest stays in the columns of the therapist and the bed they had", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  await spa.book(["Anh Khoa"], { hour: 11 });
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  const { appointments } = await spa.call<{
    appointments: { treatments: { allocations: { kind: string; resource_id: string }[] }[] }[];
  }>("GET", `visits/${visit.id}`);
  const allocations = appointments[0]?.treatments[0]?.allocations ?? [];
  await openBoard(page, spa);
  const cards = page.locator("[data-card][data-status=cancelled]");
  await expect(page.locator("[data-card]")).toHaveCount(2);
  await spa.call("PUT", `visits/${visit.id}/status`, { status: "cancelled" });
  for (const kind of ["staff", "bed"]) {
    const column = allocations.find((one) => one.kind === kind)?.resource_id;
    await expect(page.locator(`[data-column="${column}"]`).locator(cards)).toHaveCount(1);
    await expect(page.locator("[data-column=unassigned]")).toHaveCount(0);
    await page.getByRole("button", { name: "Theo phòng" }).click();
  }
});
