import { expect, test } from "./facts";
import { choose, makeSpa, openBoard, type TestSpa, type TestVisit } from "./spa";

interface Treated {
  appointments: { treatments: { allocations: { kind: string; resource_id: string }[] }[] }[];
}

async function therapistOf(spa: TestSpa, visit: TestVisit): Promise<string | undefined> {
  const { appointments } = await spa.call<Treated>("GET", `visits/${visit.id}`);
  return appointments[0]?.treatments[0]?.allocations.find(({ kind }) => kind === "staff")?.resource_id;
}

test("a therapist is ill: the plan is seen before and after, and applied", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const [lan, nhung] = spa.therapists;
  const visit = await spa.book(["Chị Mai"], { hour: 11, wish: { therapist_id: lan?.id } });
  await openBoard(page, spa);
  await choose(page, "Lan Anh", "Nghỉ đột xuất: chia lịch");
  const panel = page.getByRole("dialog", { name: "Chia lịch của Lan Anh" });
  await expect(panel.getByText("Hồng Nhung")).toBeVisible();
  await expect(panel.getByText("Khách yêu cầu đích danh")).toBeVisible();
  await panel.getByRole("button", { name: "Áp dụng phương án" }).click();
  await expect(page.getByText("Đã chia lịch của Lan Anh.").first()).toBeVisible();
  expect(await therapistOf(spa, visit)).toBe(nhung?.id);
  await expect(page.locator("[data-shade=blocked]")).toContainText("Nghỉ đột xuất");
});

test("a plan that the day has overtaken is shown anew", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const [lan] = spa.therapists;
  await spa.book(["Chị Mai"], { hour: 11, wish: { therapist_id: lan?.id } });
  await openBoard(page, spa);
  await choose(page, "Lan Anh", "Nghỉ đột xuất: chia lịch");
  const panel = page.getByRole("dialog", { name: "Chia lịch của Lan Anh" });
  await expect(panel.getByText("Chị Mai")).toBeVisible();
  await spa.book(["Anh Khoa"], { hour: 15, wish: { therapist_id: lan?.id } });
  await panel.getByRole("button", { name: "Áp dụng phương án" }).click();
  await expect(page.getByText("Lịch trong ngày đã thay đổi").first()).toBeVisible();
  await expect(panel.getByText("Anh Khoa")).toBeVisible();
});

test("time is blocked over a guest: told first, then to be solved", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1 });
  await spa.book(["Chị Mai"], { hour: 12 });
  await openBoard(page, spa);
  await choose(page, "Lan Anh", "Khóa giờ");
  const dialog = page.getByRole("dialog", { name: "Khóa giờ" });
  await dialog.getByLabel("Để làm gì").selectOption("meeting");
  await dialog.getByRole("button", { name: "Lưu" }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("Lan Anh có giờ khóa lịch lúc đó.");
  await question.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(page.locator("[data-shade=blocked]")).toBeVisible();
  await page.getByRole("button", { name: "Cần xử lý (1)" }).click();
  await page
    .getByRole("dialog", { name: "Cần xử lý" })
    .getByRole("button", { name: /Chị Mai/ })
    .click();
  await expect(page.getByRole("heading", { name: "Chị Mai" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Cần xử lý" })).toBeVisible();
  await page.goBack();
  await page.getByRole("button", { name: "Menu của Lan Anh" }).click();
  await page.getByRole("menuitem", { name: "Giờ khóa" }).click();
  await page.getByRole("button", { name: "Bỏ hẳn" }).click();
  await expect(page.locator("[data-shade=blocked]")).toBeHidden();
  await expect(page.getByRole("button", { name: /Cần xử lý/ })).toBeHidden();
});

test("a bed has no break, and the end of a time follows its start", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await openBoard(page, spa, "&view=rooms");
  await choose(page, "Giường 1", "Khóa giờ");
  const dialog = page.getByRole("dialog", { name: "Khóa giờ" });
  await expect(dialog.getByLabel("Để làm gì").locator("option")).toHaveText([
    "Họp",
    "Đào tạo",
    "Dọn dẹp",
    "Khóa lịch",
  ]);
  await dialog.getByLabel("Từ", { exact: true }).fill("15:30");
  await expect(dialog.getByLabel("Đến", { exact: true })).toHaveValue("16:30");
});

test("a weekly meeting, and one week without it, from the keyboard", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await openBoard(page, spa);
  await page.getByRole("button", { name: "Menu của Lan Anh" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.type("Kh");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Khóa giờ" });
  await dialog.getByLabel("Lặp lại hằng tuần").focus();
  await page.keyboard.press("Space");
  await dialog.getByLabel("Đến", { exact: true }).press("Enter");
  await expect(page.locator("[data-shade=blocked]")).toBeVisible();
  const blocked = await spa.call<{ weekdays: number[]; last_day: null }[]>(
    "GET",
    `blocked-times?branch_id=${spa.branch}&first_day=${spa.tomorrow}&last_day=${spa.tomorrow}`,
  );
  expect(blocked[0]?.weekdays).toHaveLength(1);
  expect(blocked[0]?.last_day).toBeNull();
  await page.locator("[data-away]").press("Enter");
  await page.getByRole("button", { name: "Bỏ ngày này" }).press("Enter");
  await expect(page.locator("[data-shade=blocked]")).toBeHidden();
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().press("Enter");
  await expect(page.locator("[data-shade=blocked]")).toBeVisible();
});

test("a weekly time that was removed by mistake comes back without the day that was skipped", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  const { blocked_time: made } = await spa.call<{ blocked_time: { id: string } }>("POST", "blocked-times", {
    branch_id: spa.branch,
    resource_id: spa.therapists[0]?.id,
    reason: "meeting",
    first_day: spa.tomorrow,
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    starts: "15:00",
    ends: "16:00",
  });
  const skipped = new Date(Date.parse(spa.tomorrow) + 86_400_000).toISOString().slice(0, 10);
  await spa.call("DELETE", `blocked-times/${made.id}/occurrences/${skipped}`);
  await openBoard(page, spa);
  await page.locator("[data-away]").press("Enter");
  const dialog = page.getByRole("dialog", { name: "Giờ khóa" });
  await dialog.getByLabel("Áp dụng cho").selectOption("all");
  await dialog.getByRole("button", { name: "Bỏ hẳn" }).click();
  await expect(page.locator("[data-shade=blocked]")).toBeHidden();
  await page.getByRole("button", { name: "Hoàn tác", exact: true }).first().click();
  await expect(page.locator("[data-shade=blocked]")).toBeVisible();
  const [again] = await spa.call<{ id: string; occurrences: { day: string; skipped: boolean }[] }[]>(
    "GET",
    `blocked-times?branch_id=${spa.branch}&first_day=${spa.tomorrow}&last_day=${skipped}`,
  );
  expect(again?.id).not.toBe(made.id);
  expect(again?.occurrences.map((occurrence) => [occurrence.day, occurrence.skipped])).toEqual([
    [spa.tomorrow, false],
    [skipped, true],
  ]);
});

test("leave that strands a guest is refused when the desk goes back, and saved when it insists", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1 });
  await spa.book(["Chị Mai"], { hour: 14 });
  await openBoard(page, spa, "", "admin");
  await choose(page, "Lan Anh", "Nghỉ phép");
  const dialog = page.getByRole("dialog", { name: "Nghỉ phép" });
  await dialog.getByRole("button", { name: "Lưu" }).click();
  const question = page.getByRole("alertdialog");
  await question.getByRole("button", { name: "Quay lại" }).click();
  const statuses = async () =>
    (
      await spa.call<{ items: { status: string }[] }>("GET", `time-off?staff_id=${spa.therapists[0]?.id}`)
    ).items.map(({ status }) => status);
  await expect.poll(statuses).toEqual(["refused"]);
  if (await dialog.isHidden()) await choose(page, "Lan Anh", "Nghỉ phép");
  await dialog.getByRole("button", { name: "Lưu" }).click();
  await question.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(page.locator("[data-shade=leave]")).toBeVisible();
  expect(await statuses()).toEqual(["approved", "refused"]);
});

test("a receptionist asks for leave, which a manager decides", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await openBoard(page, spa);
  await choose(page, "Lan Anh", "Nghỉ phép");
  await page.getByRole("button", { name: "Gửi đơn" }).click();
  await expect(page.getByText("Chờ quản lý duyệt.").first()).toBeVisible();
  const { items } = await spa.call<{ items: { status: string }[] }>(
    "GET",
    `time-off?staff_id=${spa.therapists[0]?.id}`,
  );
  expect(items.map(({ status }) => status)).toEqual(["requested"]);
});

test("a bed is reported out of order, and repaired", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  await openBoard(page, spa, "&view=rooms");
  await choose(page, "Giường 1", "Báo hỏng");
  const dialog = page.getByRole("dialog", { name: "Báo hỏng" });
  await dialog.getByLabel("Hỏng gì").fill("Gãy chân giường");
  await dialog.getByRole("button", { name: "Lưu" }).click();
  await expect(page.locator("[data-shade=outage]")).toContainText("Gãy chân giường");
  await page.locator("[data-away]").click();
  await page.getByRole("button", { name: "Đã sửa xong" }).click();
  await expect(page.locator("[data-shade=outage]")).toBeHidden();
});
