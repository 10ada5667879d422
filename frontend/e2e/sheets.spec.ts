/** The week of one therapist, and the board on paper. */
import { expect, factsOf, signIn, test } from "./facts";
import { makeSpa } from "./spa";

test("the week of a therapist has a column for each day, and is kept in the address", async ({ page }) => {
  const { day } = factsOf();
  await signIn(page, "receptionist", `/desk/board?day=${day}`);
  await page.getByRole("button", { name: "Tuần" }).click();
  await expect(page).toHaveURL(/view=week/);
  await expect(page.locator("[data-column]")).toHaveCount(7);
  const saturday = page.locator(`[data-column="${day}"]`);
  const names = page.getByRole("combobox", { name: "KTV" }).locator("option");
  await page.getByRole("combobox", { name: "KTV" }).selectOption({ index: 2 });
  await expect(page).toHaveURL(/staff=/);
  await expect(saturday.locator("[data-card]").first()).toBeVisible();
  expect(await names.count()).toBeGreaterThan(5);
});

for (const format of ["A4", "A3"] as const) {
  test(`a day is printed on ${format}, landscape: names and hours on each page, no card cut (case 20)`, async ({
    page,
  }) => {
    await signIn(page, "receptionist", `/desk/board?day=${factsOf().day}`);
    await expect(page.locator("[data-board=drawn]")).toBeVisible();
    const columns = await page.locator("[data-column]").count();
    const cards = await page.locator("[data-card]").count();
    // The window of the test is as large as the paper, in CSS pixels.
    const [width, height] = format === "A4" ? [1122, 793] : [1587, 1122];
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ media: "print" });
    const pages = page.locator("[data-page]");
    await expect(pages).toHaveCount(Math.ceil(columns / 8));
    await expect(page.locator("[data-print-head]")).toHaveCount(columns);
    await expect(page.locator("[data-print-card]")).toHaveCount(cards);
    for (const sheet of await pages.all()) {
      await expect(sheet.locator("time").first()).toHaveText("09:00");
      const box = await sheet.boundingBox();
      for (const card of await sheet.locator("[data-print-card]").all()) {
        const inner = await card.boundingBox();
        if (box === null || inner === null) throw new Error("not on the page");
        expect(inner.y).toBeGreaterThanOrEqual(box.y);
        expect(inner.y + inner.height).toBeLessThanOrEqual(box.y + box.height);
      }
    }
    await page.screenshot({ path: `test-results/${format}.png` });
    const pdf = await page.pdf({ format, landscape: true });
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)).toHaveLength(Math.ceil(columns / 8));
  });
}

test("the printed day says the bed, the remark, the shift, what is blocked, and who does not come", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const { id: customer_id } = await spa.call<{ id: string }>("POST", "customers", {
    full_name: "Trần Thị Mai",
    contraindications: "Cao huyết áp",
  });
  const [lan, nhung] = spa.therapists;
  const treatments = [{ variant_id: spa.variants[0], therapist_id: lan?.id }];
  await spa.book([], { hour: 10, body: { guests: [{ customer_id, treatments }] } });
  const gone = await spa.book(["Anh Khoa"], { hour: 10, wish: { therapist_id: nhung?.id } });
  await spa.call("PUT", `visits/${gone.id}/status`, { status: "cancelled" });
  await spa.call("POST", "blocked-times", {
    ...{ branch_id: spa.branch, resource_id: lan?.id, reason: "meeting", note: "Họp đầu tuần" },
    ...{ first_day: spa.tomorrow, starts: "14:00", ends: "15:00" },
  });
  await page.addInitScript(() => {
    window.print = () => document.documentElement.setAttribute("data-printed", "");
  });
  await signIn(page, "receptionist", `/desk/board?branch=${spa.branch}&day=${spa.tomorrow}`);
  await expect(page.locator("[data-card]")).toHaveCount(2);
  await page.getByRole("button", { name: "In", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-printed", "");
  await page.emulateMedia({ media: "print" });
  const mai = page.locator("[data-print-card]").filter({ hasText: "Trần Thị Mai" });
  await expect(mai).toContainText(/Lưu ý sức khỏe.*Giường \d/);
  await expect(mai).not.toHaveCSS("text-decoration-line", "line-through");
  const khoa = page.locator("[data-print-card]").filter({ hasText: "Anh Khoa" });
  await expect(khoa).toHaveCSS("text-decoration-line", "line-through");
  await expect(page.locator("[data-print-shade=blocked]")).toHaveText("Họp: Họp đầu tuần");
  await expect(page.locator("[data-print-head]").first()).toContainText(/\d\d:\d\d–\d\d:\d\d/);
});
