/** The week of one therapist, and the board on paper. */
import { expect, factsOf, signIn, test } from "./facts";

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
    await expect(page.locator("[data-card]").first()).toBeVisible();
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
