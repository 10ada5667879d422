/** What the spa sells as courses: the owner adds, changes and retires it, and the till sells it. */
import type { CoursePlanRead } from "../src/api/generated";
import { addPlan, sellCourse } from "./courses";
import { expect, signIn, test } from "./facts";
import { makeSpa } from "./spa";
import { expectDue, openDesk } from "./till";
import { violationsOf } from "./violations";

const unique = (name: string) => `${name} ${Math.random().toString(36).slice(2, 8)}`;

test("a course is added with what a session pays, and the till sells it", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const name = unique("10 buổi massage");
  await signIn(page, "admin", "/setup/courses");
  await page.getByRole("button", { name: "Thêm liệu trình" }).click();
  const form = page.getByRole("dialog", { name: "Liệu trình mới" });
  await form.getByLabel("Tên tiếng Việt").fill(name);
  await form.getByLabel("Giá trọn liệu trình").fill("3600000");
  await expect(form).toContainText("360.000đ mỗi buổi");
  await form.getByRole("button", { name: "Thêm", exact: true }).click();
  // Without a treatment it is nothing.
  await expect(form.getByRole("alert")).toBeVisible();
  await form.getByLabel("Tìm dịch vụ").fill("thuy dien");
  await form.getByRole("checkbox", { name: "Massage Thụy Điển 60 phút" }).check();
  await expect(form).toContainText("360.000đ mỗi buổi, rẻ hơn giá lẻ 20%");
  await form.getByRole("button", { name: "Chọn tất cả của Massage Thụy Điển" }).click();
  await expect(form).toContainText("đã chọn 3");
  await form.getByRole("checkbox", { name: "Massage Thụy Điển 120 phút" }).uncheck();
  await form.getByRole("button", { name: "1 năm" }).click();
  await form.getByRole("button", { name: "Trừ theo giá lẻ" }).click();
  await form.getByLabel("Giá lẻ một buổi").fill("450000");
  await form.getByText("Không đến vẫn trừ buổi").click();
  await form.getByRole("button", { name: "Thêm", exact: true }).click();
  await expect(form).toBeHidden();
  const row = page.getByRole("list", { name: "Liệu trình" }).getByRole("button", { name });
  await expect(row).toContainText("10 buổi · 1 năm · dùng cho 2 dịch vụ");
  await expect(row).toContainText("3.600.000đ");
  const plan = (await spa.call<CoursePlanRead[]>("GET", "course-plans")).find((one) => one.name.vi === name);
  expect(plan).toMatchObject({
    ...{ price: 3_600_000, sessions: 10, valid_days: 365, return_policy: "list_price", list_price: 450_000 },
    ...{ no_show_uses_session: true, retired_at: null },
  });
  expect(plan?.variant_ids.sort()).toEqual(spa.variants.slice(0, 2).sort());
  await openDesk(page, spa);
  await page.getByRole("button", { name: "Bán lẻ" }).click();
  await page.getByLabel("Thêm vào hóa đơn").fill(name);
  await page.getByRole("option", { name }).click();
  await expectDue(page, "3.600.000đ");
});

test("a course is changed, keeps what customers can use, is retired and sold again", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const { plan } = await sellCourse(spa);
  await signIn(page, "admin", `/setup/courses?open=${plan.id}`);
  const panel = page.getByRole("dialog", { name: plan.name });
  await panel.getByLabel("Số buổi").fill("12");
  await panel.getByRole("button", { name: "6 tháng" }).click();
  await panel.getByLabel("Số ngày kể từ ngày mua").fill("200");
  await panel.getByRole("button", { name: "Lưu" }).click();
  const row = page.getByRole("list", { name: "Liệu trình" }).getByRole("button", { name: plan.name });
  await expect(row).toContainText("12 buổi · 200 ngày");
  // Sessions are left, so the treatment that they pay stays.
  await panel.getByLabel("Tìm dịch vụ").fill("thuy dien");
  await panel.getByRole("checkbox", { name: "Massage Thụy Điển 90 phút" }).check();
  await panel.getByRole("checkbox", { name: "Massage Thụy Điển 60 phút" }).uncheck();
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect(panel.getByRole("alert")).toContainText("Khách còn buổi của thẻ này");
  await panel.getByRole("button", { name: "Bỏ thay đổi" }).click();
  await panel.getByRole("button", { name: "Ngừng bán" }).click();
  await expect(page.getByText(`Đã ngừng bán ${plan.name}.`)).toBeVisible();
  await page.goto("/setup/courses");
  await expect(page.getByRole("list", { name: "Liệu trình" }).or(page.getByRole("status"))).toBeVisible();
  await expect(row).toBeHidden();
  await page.getByLabel("Cả liệu trình ngừng bán").check({ force: true });
  await row.click();
  await panel.getByRole("button", { name: "Bán lại" }).click();
  await expect(page.getByText(`Đã bán lại ${plan.name}.`)).toBeVisible();
});

test("only who runs the spa sets up courses", async ({ page }) => {
  await signIn(page, "receptionist", "/setup/courses");
  await expect(page.getByText("Chỉ chủ spa xem được phần này")).toBeVisible();
});

test("courses fit a phone and have no violation in either theme", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 0 });
  const plan = await addPlan(spa, { return_policy: "list_price", list_price: 450_000 });
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, "admin", "/setup/courses");
  for (const search of ["", "?open=new", `?open=${plan.id}`]) {
    await page.goto(`/setup/courses${search}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("main").locator("li, form").first()).toBeVisible();
    if (search !== "") await page.getByRole("checkbox").first().waitFor();
    expect(await violationsOf(page), search).toEqual([]);
    const overflow = await page.evaluate(() =>
      Math.max(
        ...[document.documentElement, ...document.querySelectorAll("main > div")].map(
          (frame) => frame.scrollWidth - frame.clientWidth,
        ),
      ),
    );
    expect(overflow, search).toBe(0);
  }
});
