/** A Saturday at the desk, from the first booking to the last guest, as a receptionist works it. */
import type { Locator, Page } from "@playwright/test";
import { expect, signIn, storedOf, test } from "./facts";
import { addCustomer, newWord } from "./people";
import { choose, inMinutes, makeSpa } from "./spa";

const NAMES = [
  ...["Chị Hạnh", "Cô Bích Liên", "Anh Tuấn Kiệt", "Chị Phương Thảo", "Bé Gia Hân", "Chị Kim Ngân"],
  ...["Anh Đức Huy", "Chị Tường Vi", "Cô Mộng Tuyền", "Chị Diễm My", "Anh Quang Vinh", "Chị Hoài An"],
  ...["Chị Thanh Trúc", "Anh Bảo Long", "Chị Yến Nhi", "Cô Ánh Nguyệt", "Chị Quỳnh Như", "Anh Hoàng Nam"],
];
/** Statuses of guests who have no time any more: their cards stand where the board puts them. */
const WITHOUT_TIME = ["cancelled", "late_cancelled", "no_show", "declined", "expired"];

const panel = (page: Page) => page.locator("[data-booking]");
const submit = (page: Page) => page.locator("[data-submit]");
const cardOf = (page: Page, treatment: string) => page.locator(`[data-card^="${treatment}/"]`).first();

/** Fill in the panel for one guest, from the name to the treatment. */
async function enter(page: Page, name: string, isKnown: boolean): Promise<void> {
  await expect(page.getByPlaceholder("Tìm tên hoặc 4 số cuối")).toBeFocused();
  await page.keyboard.type(name);
  const option = isKnown ? new RegExp(`^${name}`) : `Chỉ ghi tên “${name}”`;
  await page.getByRole("option", { name: option }).first().click();
  await expect(page.getByPlaceholder(/^Tìm dịch vụ/)).toBeFocused();
  await page.keyboard.type("thuy dien 60");
  await page.keyboard.press("Enter");
}

async function book(page: Page, name: string, isKnown: boolean): Promise<void> {
  await page.keyboard.press("n");
  await enter(page, name, isKnown);
  await expect(submit(page)).toHaveText(/^Đặt \d/);
  await page.keyboard.press("Control+Enter");
  await expect(panel(page)).toHaveCount(0);
}

async function press(card: Locator, ...keys: string[]): Promise<void> {
  await card.focus();
  for (const key of keys) await card.page().keyboard.press(key);
}

/** Return the cards of the board, each with its status. */
async function shownCards(page: Page): Promise<string[]> {
  const cards = await page
    .locator("[data-card]")
    .evaluateAll((all) =>
      all.map((card) => [
        (card as HTMLElement).dataset.card ?? "",
        (card as HTMLElement).dataset.status ?? "",
      ]),
    );
  const of = ([key = "", status = ""]: string[]) =>
    `${WITHOUT_TIME.includes(status) ? key.split("/")[0] : key} ${status}`;
  return cards.map(of).sort();
}

test("a day at the desk: 30 visits, a couple, a walk-in, a no-show undone, a therapist ill", async ({
  page,
  request,
}) => {
  test.setTimeout(300_000);
  const spa = await makeSpa(request, { therapists: 8, beds: 8, policy: { no_show_minutes: 1 } });
  const known = await Promise.all(
    Array.from({ length: 8 }, () => addCustomer(spa.call, { full_name: `Nguyễn Thị ${newWord()}` })),
  );
  // Another desk has this guest, whom nobody will see: the grace period is over before the day is.
  const absent = await spa.book(["Chị Vắng"]);
  await signIn(page, "receptionist", `/desk/board?branch=${spa.branch}&day=${spa.today}`);
  await expect(page.locator("[data-card]")).toHaveCount(1);

  // A walk-in, 26 guests by name, a couple, and one more at another desk: 30 visits.
  await page.keyboard.press("Shift+W");
  await expect(page.getByText(/^Đã check-in /).first()).toBeVisible();
  for (const { full_name } of known) await book(page, full_name, true);
  for (const name of NAMES) await book(page, name, false);
  await page.keyboard.press("n");
  await enter(page, "Chị Mai Phương", false);
  await page.getByRole("button", { name: "Thêm khách đi cùng" }).click();
  await expect(page.getByPlaceholder("Tìm tên hoặc 4 số cuối")).toBeFocused();
  await page.keyboard.type("Anh Khoa");
  await page.getByRole("option", { name: /Chỉ ghi tên/ }).click();
  await page.getByLabel("Chung phòng").check();
  await expect(submit(page)).toHaveText(/^Đặt \d/);
  await submit(page).click();
  await expect(panel(page)).toHaveCount(0);
  await spa.call("POST", "visits", {
    branch_id: spa.branch,
    start: inMinutes(9 * 60),
    guests: [{ guest_name: "Cô Ba", treatments: [{ variant_id: spa.variants[0] }] }],
  });
  await expect(page.locator("[data-card]")).toHaveCount(31);
  const visits = await spa.visits();
  expect(visits).toHaveLength(30);

  // The guests by their starts. Who comes first is treated, who comes last is moved.
  const guests = visits
    .filter(
      ({ id, source, appointments }) => id !== absent.id && source === "desk" && appointments.length === 1,
    )
    .flatMap(({ appointments }) => appointments)
    .sort((a, b) => a.start.localeCompare(b.start))
    .map(({ id, treatments }) => ({ id, card: cardOf(page, treatments[0]?.id ?? "") }));
  const statusIs = (card: Locator, status: string) => expect(card).toHaveAttribute("data-status", status);

  // Eight arrive, six are begun, four are done; one was done by mistake.
  for (const { card } of guests.slice(0, 8)) {
    await press(card, "a");
    await statusIs(card, "arrived");
  }
  for (const { card } of guests.slice(0, 6)) {
    await press(card, "b");
    await statusIs(card, "in_service");
  }
  for (const { card } of guests.slice(0, 4)) {
    await press(card, "d");
    await statusIs(card, "completed");
  }
  const [first, second, third] = guests;
  if (first === undefined || second === undefined || third === undefined) throw new Error("nobody came");
  await press(first.card, "u");
  await statusIs(first.card, "in_service");

  // The last three are moved to the evening, each two hours later; one of them is taken back.
  for (const { card } of guests.slice(-4, -1)) {
    await press(card, "m", ...Array.from({ length: 8 }, () => "ArrowDown"));
    await expect(page.locator("[data-ghost]")).toHaveAttribute("data-verdict", "fits");
    await page.keyboard.press("Enter");
    await expect(page.locator("[data-ghost]")).toHaveCount(0);
    await expect(page.getByText(/^Đã dời /).first()).toBeVisible();
  }
  await page.keyboard.press("Control+z");
  await expect(page.getByText(/về chỗ cũ/).first()).toBeVisible();

  // One guest cancels late, and another was cancelled by mistake.
  for (const [guest, isMistake] of [
    [guests.at(-8), false],
    [guests.at(-9), true],
  ] as const) {
    if (guest === undefined) throw new Error("nobody to cancel");
    await press(guest.card, "x");
    const question = page.getByRole("alertdialog");
    await question.getByRole("button", { name: "Khách bận" }).click();
    await question.getByRole("button", { name: "Vẫn hủy" }).click();
    await expect(question).toHaveCount(0);
    await statusIs(guest.card, "late_cancelled");
    if (isMistake) {
      await press(guest.card, "u");
      await statusIs(guest.card, "confirmed");
    }
  }

  // The guest of the other desk does not come, and then does.
  const late = cardOf(page, absent.appointments[0]?.treatments[0]?.id ?? "");
  await expect(async () => {
    await press(late, "k");
    await expect(late).toHaveAttribute("data-status", "no_show", { timeout: 2_000 });
  }).toPass({ timeout: 90_000 });
  await press(late, "u");
  await statusIs(late, "confirmed");

  // A therapist goes home: what is left of the day goes to the others.
  await choose(page, "Ngọc Hân", "Nghỉ đột xuất: chia lịch");
  await page.getByRole("button", { name: "Áp dụng phương án" }).click();
  await expect(page.getByText(/^Đã chia lịch của Ngọc Hân/).first()).toBeVisible();

  await expect.poll(() => shownCards(page)).toEqual(storedOf(spa.branch, "cards"));
  const live = await shownCards(page);
  expect(live).toHaveLength(31);
  await page.reload();
  await expect(page.locator("[data-card]")).toHaveCount(31);
  expect(await shownCards(page)).toEqual(live);
});
