/** Courses and gift cards of customers: on their page, on the board, and on bills. */
import { addCustomer, coursesOf, sellCourse, spendSessions } from "./courses";
import { expect, test } from "./facts";
import { makeSpa } from "./spa";
import { billOf, billVisit, cardOf, expectDue, openDesk, openDrawerOf, pay, sheet } from "./till";
import { violationsOf } from "./violations";

const inDays = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString().slice(0, 10);

test("a course is sold from the page of its customer", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const customer = await addCustomer(spa, "Lê Thị Thu");
  const { plan } = await sellCourse(spa); // to somebody else: there is a plan
  await openDesk(page, spa, `customers/${customer.id}`);
  const courses = page.getByRole("region", { name: "Liệu trình" });
  await expect(courses).toContainText("Khách chưa mua liệu trình nào.");
  await courses.getByRole("button", { name: "Bán liệu trình" }).click();
  await expect(sheet(page).getByRole("link", { name: customer.name })).toBeVisible();
  await page.getByLabel("Thêm vào hóa đơn").fill(plan.name);
  await page.getByRole("option", { name: plan.name }).click();
  await expectDue(page, "3.500.000đ");
  await sheet(page).getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByRole("button", { name: "Thu 3.500.000đ" }).click();
  await page.getByRole("button", { name: "Xong" }).click();
  await expect(courses.getByRole("article", { name: plan.name })).toContainText("10/10");
  await expect(courses.getByRole("img", { name: "còn 10/10 buổi" })).toBeVisible();
  expect(await coursesOf(spa, customer.id)).toMatchObject([{ free: 10 }]);
});

test("a course shows each session, when it ends, and what happened", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa, "Trần Thị Mai", { valid_days: 10 });
  await spendSessions(spa, course, 3);
  await openDesk(page, spa, `customers/${course.customer.id}`);
  const card = page.getByRole("article", { name: course.plan.name });
  await expect(card.getByRole("img", { name: "còn 7/10 buổi, đã dùng 3" })).toBeVisible();
  await expect(card).toContainText(/Hết hạn \d+\/\d+\/\d{4}, còn \d+ ngày/);
  await expect(card).toContainText("3.500.000đ");
  await expect(card).toContainText(/Dùng cho Massage Thụy Điển 60 phút/);
  await card.getByRole("button", { name: "Lịch sử" }).click();
  const history = card.getByRole("list", { name: "Lịch sử" }).getByRole("listitem");
  await expect(history.last()).toContainText("Mua · buổi 1–10");
  await expect(history.first()).toContainText("Dùng buổi · buổi 3");
});

test("a course is extended with a reason", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa, "Trần Thị Mai", { valid_days: 30 });
  const [{ expires_on: before } = { expires_on: "" }] = await coursesOf(spa, course.customer.id);
  await openDesk(page, spa, `customers/${course.customer.id}`);
  await page.getByRole("button", { name: "Gia hạn" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Gia hạn liệu trình" });
  await expect(dialog.getByRole("button", { name: "Gia hạn" })).toBeDisabled();
  await dialog.getByLabel("Ngày hết hạn mới").fill(inDays(200));
  await dialog.getByRole("button", { name: "Khách đi công tác" }).click();
  await dialog.getByRole("button", { name: "Gia hạn" }).click();
  await expect(dialog).toBeHidden();
  const [after] = await coursesOf(spa, course.customer.id);
  expect([before !== inDays(200), after?.expires_on]).toEqual([true, inDays(200)]);
  await page.getByRole("button", { name: "Gia hạn" }).click();
  await dialog.getByRole("button", { name: "Không hết hạn" }).click();
  await dialog.getByLabel("Lý do").fill("Khách quen");
  await dialog.getByRole("button", { name: "Gia hạn" }).click();
  await expect(page.getByRole("article", { name: course.plan.name })).toContainText("Không hết hạn");
});

test("what is left is given to another customer", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa);
  await spendSessions(spa, course, 2);
  const friend = await addCustomer(spa, "Phạm Thị Hoa");
  await openDesk(page, spa, `customers/${course.customer.id}`);
  await page.getByRole("button", { name: "Thao tác với liệu trình" }).click();
  await page.getByRole("menuitem", { name: "Chuyển cho khách khác" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Chuyển 8 buổi cho khách khác" });
  await dialog.getByLabel("Khách nhận").fill(friend.name);
  await page.getByRole("option", { name: friend.name }).click();
  await dialog.getByRole("button", { name: "Tặng bạn" }).click();
  await dialog.getByRole("button", { name: "Chuyển buổi" }).click();
  await expect(page.getByText(`Đã chuyển 8 buổi cho ${friend.name}.`)).toBeVisible();
  await page.getByText("1 liệu trình đã hết").click();
  await expect(page.getByRole("img", { name: "còn 0/10 buổi, đã dùng 2, đã chuyển 8" })).toBeVisible();
  expect(await coursesOf(spa, friend.id)).toMatchObject([{ free: 8 }]);
});

test("a course is returned for the amount that was told before, by an administrator", async ({
  page,
  request,
  browser,
}) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa, "Trần Thị Mai", { return_policy: "list_price", list_price: 500_000 });
  await spendSessions(spa, course, 4);
  const path = `customers/${course.customer.id}`;
  const ask = async (desk: typeof page) => {
    await desk.getByRole("button", { name: "Thao tác với liệu trình" }).click();
    await desk.getByRole("menuitem", { name: "Trả lại, hoàn tiền" }).click();
    const dialog = desk.getByRole("alertdialog");
    await expect(dialog.locator("[data-back]")).toHaveText("1.500.000đ");
    return dialog;
  };
  await openDesk(page, spa, path);
  const told = await ask(page);
  await expect(told).toContainText("4 buổi đã dùng tính giá lẻ 500.000đ");
  await expect(told).toContainText("Chỉ quản lý hoàn tiền.");
  await expect(told.getByRole("button", { name: "Hoàn 1.500.000đ" })).toBeDisabled();
  const other = await browser.newPage();
  await openDesk(other, spa, path, "admin");
  const dialog = await ask(other);
  await expect(dialog.getByRole("list", { name: "Hoàn bằng cách nào" })).toContainText("Quẹt thẻ1.500.000đ");
  await dialog.getByRole("button", { name: "Khách đổi ý" }).click();
  await dialog.getByRole("button", { name: "Hoàn 1.500.000đ" }).click();
  await expect(other.getByText("Đã hoàn 1.500.000đ cho liệu trình.")).toBeVisible();
  expect(await coursesOf(spa, course.customer.id)).toMatchObject([{ free: 0, used: 4, refunded: 6 }]);
  const bill = await spa.call<{ refunds: object[] }>("GET", `sales/${course.bill.id}`);
  expect(bill.refunds).toMatchObject([{ amount: 1_500_000, reason: "Khách đổi ý" }]);
  await other.close();
});

test("the till refunds a course by its policy, too", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa);
  await spendSessions(spa, course, 4);
  await openDesk(page, spa, `bills?bill=${course.bill.id}`, "admin");
  await sheet(page).getByRole("button", { name: "Hoàn tiền", exact: true }).click();
  await sheet(page).getByRole("checkbox").first().check();
  await page.getByRole("button", { name: "Hoàn 2.100.000đ" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Hoàn tiền" }).click();
  await expect(page.getByRole("region", { name: "Lần hoàn tiền" })).toContainText("−2.100.000đ");
  expect(await coursesOf(spa, course.customer.id)).toMatchObject([{ free: 0, used: 4, refunded: 6 }]);
});

test("the card of a guest says what is left", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa);
  await spendSessions(spa, course, 6);
  const visit = await spa.book([""], {
    body: {
      guests: [{ customer_id: course.customer.id, treatments: [{ variant_id: spa.variants[0] }] }],
    },
  });
  await openDesk(page, spa);
  await cardOf(page, visit).click();
  const left = page.getByRole("region", { name: "Liệu trình" });
  await expect(left).toContainText("còn 4/10 buổi");
  await expect(left).toContainText(/Hết hạn \d+\/\d+\/\d{4}/);
  await left.getByRole("link", { name: course.plan.name }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(course.customer.name);
});

test("a session is reserved on the card of a guest, and pays the bill", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa);
  const visit = await spa.book([""], {
    body: {
      guests: [{ customer_id: course.customer.id, treatments: [{ variant_id: spa.variants[0] }] }],
    },
  });
  await openDesk(page, spa, `board?card=${visit.appointments[0]?.id}`);
  const pays = page.getByLabel("Trừ buổi cho Massage Thụy Điển");
  await pays.selectOption({ label: `${course.plan.name}, còn 10/10 buổi` });
  await expect(page.getByText("Đã giữ buổi cho lịch hẹn.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Liệu trình" })).toContainText("còn 9/10 buổi");
  expect(await coursesOf(spa, course.customer.id)).toMatchObject([{ free: 9, reserved: 1 }]);
  await pays.selectOption({ label: "Không trừ buổi" });
  await expect.poll(() => coursesOf(spa, course.customer.id)).toMatchObject([{ free: 10, reserved: 0 }]);
  await pays.selectOption({ label: `${course.plan.name}, còn 10/10 buổi` });
  await expect.poll(() => coursesOf(spa, course.customer.id)).toMatchObject([{ free: 9, reserved: 1 }]);
  await page.locator("[data-pay]").click();
  await expectDue(page, "0đ");
});

test("a session pays a treatment on the bill, and is taken off it again", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa);
  const visit = await spa.book([""], {
    body: {
      guests: [{ customer_id: course.customer.id, treatments: [{ variant_id: spa.variants[0] }] }],
    },
  });
  const bill = await billVisit(spa, visit);
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  await expectDue(page, "450.000đ");
  await sheet(page).getByRole("button", { name: "Trừ buổi, còn 10/10" }).click();
  await expectDue(page, "0đ");
  await expect(sheet(page)).toContainText("Trừ buổi liệu trình");
  expect(await coursesOf(spa, course.customer.id)).toMatchObject([{ free: 9, reserved: 1 }]);
  await sheet(page).locator("[data-line] button").first().click();
  await page.getByLabel("Trừ buổi liệu trình").selectOption({ label: "Không trừ buổi" });
  await expectDue(page, "450.000đ");
  await page.getByLabel("Trừ buổi liệu trình").selectOption({ label: `${course.plan.name}, còn 10/10 buổi` });
  await expectDue(page, "0đ");
  await sheet(page).getByRole("button", { name: "Đóng hóa đơn 0đ" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  expect(await coursesOf(spa, course.customer.id)).toMatchObject([{ free: 9, used: 1 }]);
});

test("a course is sold and used on one bill", async ({ page, request }) => {
  const spa = await makeSpa(request);
  await openDrawerOf(spa);
  const { plan } = await sellCourse(spa);
  const customer = await addCustomer(spa, "Lê Thị Thu");
  const bill = await spa.call<{ id: string }>("POST", "sales", {
    branch_id: spa.branch,
    content: {
      customer_id: customer.id,
      lines: [{ variant_id: spa.variants[0] }, { course_plan_id: plan.id }],
    },
  });
  await openDesk(page, spa, `bills?bill=${bill.id}`);
  await expectDue(page, "3.950.000đ");
  await sheet(page).locator("[data-line=service] button").first().click();
  await page.getByLabel("Trừ buổi liệu trình").selectOption({ label: "Liệu trình bán trên hóa đơn này" });
  await expectDue(page, "3.500.000đ");
  await sheet(page).getByRole("button", { name: "Tiền mặt" }).click();
  await page.getByRole("button", { name: "Thu 3.500.000đ" }).click();
  await expect(sheet(page).locator("[data-closed=closed]")).toBeVisible();
  expect(await coursesOf(spa, customer.id)).toMatchObject([{ free: 9, used: 1 }]);
});

test("gift cards of a customer, and the balance of any by its code", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const customer = await addCustomer(spa, "Lê Thị Thu");
  const sold = await spa.call<{ id: string }>("POST", "sales", {
    branch_id: spa.branch,
    content: { customer_id: customer.id, lines: [{ gift_card: 500_000 }] },
  });
  const paid = await spa.call<{ lines: { gift_card_id: string }[] }>("POST", `sales/${sold.id}/payments`, {
    payments: [{ method: "card", amount: 500_000 }],
  });
  const id = paid.lines[0]?.gift_card_id ?? "";
  const { code } = await spa.call<{ code: string }>("POST", `gift-cards/${id}/code`);
  const bill = await billVisit(spa, await spa.book(["Chị Mai"]));
  await pay(spa, bill, { method: "gift_card", amount: 120_000, gift_card_id: id });
  await openDesk(page, spa, `customers/${customer.id}`, "admin");
  const cards = page.getByRole("region", { name: "Thẻ quà tặng" });
  await expect(cards).toContainText(`Thẻ ••• ${code.slice(-4)}`);
  await expect(cards).toContainText("380.000đ");
  await cards.getByRole("button", { name: "Lịch sử" }).click();
  await expect(cards.getByRole("list", { name: "Lịch sử" })).toContainText("Thanh toán−120.000đ");
  await cards.getByRole("button", { name: "Báo mất" }).click();
  await expect(cards).toContainText("vì báo mất");
  await page.goto(`/desk/bills?branch=${spa.branch}`);
  await page.getByRole("button", { name: "Tra thẻ quà" }).click();
  const lookup = page.getByRole("dialog", { name: "Tra thẻ quà" });
  await lookup.getByLabel("Mã thẻ").fill("0000-0000-0000-0000");
  await page.keyboard.press("Enter");
  await expect(lookup.getByLabel("Mã thẻ")).toHaveAttribute("aria-invalid", "true");
  await lookup.getByLabel("Mã thẻ").fill(code.toLowerCase().replaceAll("-", ""));
  await page.keyboard.press("Enter");
  await expect(lookup).toContainText("380.000đ");
  await lookup.getByRole("button", { name: "Mở khóa" }).click();
  await expect(lookup.getByRole("button", { name: "Báo mất" })).toBeVisible();
  expect((await billOf(spa)).paid).toBe(120_000);
});

test("courses have no violation in either theme, and fit a phone", async ({ page, request }) => {
  const spa = await makeSpa(request);
  const course = await sellCourse(spa, "Trần Thị Mai", { valid_days: 10 });
  await spendSessions(spa, course, 3);
  await openDesk(page, spa, `customers/${course.customer.id}`, "admin");
  const card = page.getByRole("article", { name: course.plan.name });
  await card.getByRole("button", { name: "Lịch sử" }).click();
  await card.getByRole("listitem").first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = () =>
    page.evaluate(() =>
      Math.max(
        ...[document.documentElement, ...document.querySelectorAll("main > div")].map(
          (frame) => frame.scrollWidth - frame.clientWidth,
        ),
      ),
    );
  expect(await overflow()).toBe(0);
  for (const item of ["Chuyển cho khách khác", "Trả lại, hoàn tiền"]) {
    await card.getByRole("button", { name: "Thao tác với liệu trình" }).click();
    await page.getByRole("menuitem", { name: item }).click();
    if (item.startsWith("Trả")) await page.locator("[data-back]").waitFor();
    expect(await violationsOf(page, "[role=alertdialog]"), item).toEqual([]);
    await page.getByRole("button", { name: "Quay lại" }).click();
  }
  await card.getByRole("button", { name: "Gia hạn" }).click();
  expect(await violationsOf(page, "[role=alertdialog]")).toEqual([]);
});
