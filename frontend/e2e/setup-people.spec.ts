/** The owner's page of people: who does what, as a grid, and each person beside it. */
import type { Page } from "@playwright/test";
import { expect, factsOf, signIn, test } from "./facts";
import { makeSpa, type TestSpa } from "./spa";
import { violationsOf } from "./violations";

const skill = (page: Page, name: string, treatment: string) =>
  page.getByRole("button", { name: `${name}: ${treatment}`, exact: true });
const save = (page: Page) => page.getByRole("button", { name: "Lưu", exact: true });
const skillsOf = async (spa: TestSpa, number: number) =>
  (await spa.call<{ service_ids: string[] }>("GET", `staff/${spa.therapists[number]?.id}`)).service_ids;

async function openPeople(page: Page, spa: TestSpa, more = ""): Promise<void> {
  await signIn(page, "admin", `/setup/people?branch=${spa.branch}${more}`);
  await expect(page.getByRole("grid")).toBeVisible();
}

test("several changes of several people are saved with one button", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openPeople(page, spa);
  await skill(page, "Lan Anh", "Massage Thái").click();
  await expect(page.getByText("1 thay đổi · 1 nhân viên")).toBeVisible();
  await skill(page, "Lan Anh", "Massage Thái").click();
  await expect(page.getByText("1 thay đổi · 1 nhân viên")).toBeHidden();

  await skill(page, "Lan Anh", "Massage thư giãn và trị liệu 1/8").click();
  await expect(skill(page, "Lan Anh", "Massage thư giãn và trị liệu 8/8")).toBeVisible();
  await page.getByRole("button", { name: "Hồng Nhung: Tất cả" }).click();
  await expect(page.getByText(/^\d\d thay đổi · 2 nhân viên$/)).toBeVisible();
  const patches: string[] = [];
  page.on("request", (sent) => sent.method() === "PATCH" && patches.push(sent.url()));
  await save(page).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  await expect(save(page)).toBeHidden();
  expect(patches).toHaveLength(2);
  expect(await skillsOf(spa, 0)).toHaveLength(8);
  expect((await skillsOf(spa, 1)).length).toBeGreaterThan(30);
});

test("keys lead from cell to cell", async ({ page, request }) => {
  await openPeople(page, await makeSpa(request));
  await skill(page, "Hồng Nhung", "Massage Thụy Điển").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const cell = skill(page, "Lan Anh", "Massage tinh dầu");
  await expect(cell).toBeFocused();
  await page.keyboard.press("Space");
  await expect(cell).toHaveAttribute("aria-pressed", "true");
  // Tab leaves the grid, and comes back to the cell.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  await expect(cell).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Lan Anh" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Lan Anh", exact: true })).toBeFocused();
});

test("a skill that a guest needs is kept, and taken away when the owner says so", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  await spa.book(["Chị Mai"], { hour: 10, wish: { therapist_id: spa.therapists[0]?.id } });
  await openPeople(page, spa);
  await skill(page, "Lan Anh", "Massage Thụy Điển").click();
  await skill(page, "Hồng Nhung", "Massage Thái").click();
  await save(page).click();
  const refused = page.getByRole("alert").filter({ hasText: "Lan Anh:" });
  await expect(refused).toContainText("Chị Mai, 10:00");
  // The other one is saved, and what was refused is still to be decided.
  await expect(page.getByText("1 thay đổi · 1 nhân viên")).toBeVisible();
  expect([(await skillsOf(spa, 0)).length, (await skillsOf(spa, 1)).length]).toEqual([1, 2]);
  await refused.getByRole("button", { name: "Vẫn lưu" }).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  expect(await skillsOf(spa, 0)).toEqual([]);
});

test("a person is added, changed, and leaves once their shifts are given away", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1 });
  await openPeople(page, spa);
  await page.getByRole("button", { name: "Thêm nhân viên" }).click();
  const panel = page.getByRole("dialog");
  await panel.getByLabel("Họ tên").fill("Phạm Thị Ngọc Hà");
  await expect(panel.getByRole("button", { name: "Nữ" })).toHaveAttribute("aria-pressed", "true");
  await panel.getByLabel("Điện thoại", { exact: true }).fill("12");
  await panel.getByRole("button", { name: "Thêm nhân viên" }).click();
  await expect(panel.getByLabel("Điện thoại", { exact: true })).toBeFocused();
  await panel.getByLabel("Điện thoại", { exact: true }).fill("0901 234 567");
  await panel.getByRole("button", { name: "Tiếng Nhật" }).click();
  await panel.getByRole("button", { name: "Thêm nhân viên" }).click();
  await expect(page.getByRole("dialog", { name: "Phạm Thị Ngọc Hà" })).toBeVisible();
  await expect(panel.getByLabel("Điện thoại", { exact: true })).toHaveValue(/^0901\s234\s567$/);
  await expect(page).toHaveURL(/person=[0-9a-f-]{36}/);
  // A toast under the mouse stays, but for the next one, which takes its place.
  await page.getByText("Đã lưu.").hover();
  await page.locator("[data-toast]").evaluate((toast) => toast.setAttribute("data-first", ""));
  await panel.getByRole("button", { name: "Nghỉ việc từ ngày mai" }).press("Enter");
  await panel.getByRole("button", { name: "Lưu" }).press("Enter");
  await expect(page.locator("[data-first]")).toHaveCount(0);
  await expect(page.getByText("Đã lưu.")).toHaveCount(1);

  // Who has shifts does not leave before they are given to others; the shifts are named.
  await page.getByRole("button", { name: "Lan Anh", exact: true }).click();
  await panel.getByRole("button", { name: "Nghỉ việc từ ngày mai" }).click();
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect(panel.getByRole("alert")).toContainText("Còn ca làm");
  await expect(panel.getByRole("alert").getByRole("listitem").first()).toContainText("Ca làm");
  await page.getByRole("dialog", { name: "Lan Anh" }).getByRole("button", { name: "Đóng" }).click();
  await page.getByRole("button", { name: "Rời trang" }).click();
  await expect(page.getByRole("dialog", { name: "Lan Anh" })).toBeHidden();
});

test("an admin of a branch changes its people and no others", async ({ page, request }) => {
  const [spa, other] = [await makeSpa(request), await makeSpa(request, { therapists: 1 })];
  const [email = "", password = "", userId = ""] = factsOf().therapists[10] ?? [];
  const roles = [
    { role: "admin", branch_id: spa.branch },
    { role: "receptionist", branch_id: other.branch },
  ];
  await spa.call("PUT", `users/${userId}/roles`, { roles });
  await signIn(page, [email, password], `/setup/people?branch=${spa.branch}`);
  await skill(page, "Lan Anh", "Massage Thái").click();
  await save(page).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  expect(await skillsOf(spa, 0)).toHaveLength(2);

  await page.goto(`/setup/people?branch=${other.branch}`);
  await expect(skill(page, "Lan Anh", "Massage Thái")).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("button", { name: "Thêm nhân viên" })).toBeHidden();
  await page.getByRole("button", { name: "Lan Anh", exact: true }).click();
  await expect(page.getByText("Chỉ quản lý chi nhánh của người này sửa được.")).toBeVisible();
});

test("an account is given to a person and taken away", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1 });
  const [email = "", , userId] = factsOf().therapists[12] ?? [];
  await openPeople(page, spa, `&person=${spa.therapists[0]?.id}`);
  const panel = page.getByRole("dialog", { name: "Lan Anh" });
  await panel.getByLabel("Tài khoản đăng nhập").fill(email);
  await panel.getByRole("button", { name: email }).click();
  await panel.getByRole("button", { name: "Lưu" }).click();
  const linked = async () =>
    (await spa.call<{ user_id: string | null }>("GET", `staff/${spa.therapists[0]?.id}`)).user_id;
  await expect.poll(linked).toBe(userId);
  await panel.getByRole("button", { name: "Gỡ tài khoản" }).click();
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect.poll(linked).toBeNull();
});

test("people fit a phone and have no violation", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const widthOf = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await openPeople(page, spa);
  await skill(page, "Lan Anh", "Massage Thái").click();
  expect(await violationsOf(page)).toEqual([]);
  await skill(page, "Lan Anh", "Massage Thái").click();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`/setup/people?branch=${spa.branch}`);
  await expect(page.getByRole("grid")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  expect(await widthOf()).toBe(0);
  await page.getByRole("button", { name: "Lan Anh", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Lan Anh" })).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  expect(await widthOf()).toBe(0);
});
