/** What the desk has to confirm when a card is dropped, dragging between rooms, and what a therapist can do. */
import type { Page } from "@playwright/test";
import { cardOf, columnOf, drag, pointAt } from "./days";
import { api, expect, factsOf, signIn, test } from "./facts";
import { makeSpa, openBoard, type TestSpa, type TestVisit } from "./spa";

interface Treated {
  appointments: {
    status: string;
    start: string;
    treatments: { allocations: { kind: string; resource_id: string }[] }[];
  }[];
}

const read = (spa: TestSpa, visit: TestVisit) => spa.call<Treated>("GET", `visits/${visit.id}`);
const startOf = async (spa: TestSpa, visit: TestVisit) =>
  new Date((await read(spa, visit)).appointments[0]?.start ?? "").toISOString();
const bookedOf = (visit: TestVisit) => ({
  visit: visit.id,
  appointment: visit.appointments[0]?.id ?? "",
  treatment: visit.appointments[0]?.treatments[0]?.id ?? "",
  therapist: "",
  start: visit.appointments[0]?.start ?? "",
});

/** Move a card down by so many steps of a quarter of an hour, and put it down. */
async function moveDown(page: Page, visit: TestVisit, steps: number): Promise<void> {
  await cardOf(page, bookedOf(visit)).focus();
  await page.keyboard.press("m");
  for (let step = 0; step < steps; step += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
}

test("a customer who has another appointment then: told, left, and moved all the same", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request);
  const phone = `09${Math.floor(10_000_000 + Math.random() * 89_999_999)}`;
  const mai = await spa.call<{ id: string }>("POST", "customers", { full_name: "Trần Thị Mai", phone });
  const guests = [{ customer_id: mai.id, treatments: [{ variant_id: spa.variants[0] }] }];
  const visit = await spa.book([], { hour: 11, body: { guests } });
  await spa.book([], { hour: 13, body: { guests } });
  await openBoard(page, spa);
  const dialog = page.getByRole("alertdialog", { name: "Trần Thị Mai đã có lịch vào giờ này. Vẫn dời?" });
  await moveDown(page, visit, 8);
  await expect(dialog).toContainText("Khách này đã có lịch hẹn vào giờ này.");
  await dialog.getByRole("button", { name: "Quay lại" }).click();
  await expect(dialog).toBeHidden();
  expect(await startOf(spa, visit)).toBe(spa.at(11));
  await moveDown(page, visit, 8);
  await dialog.getByRole("button", { name: "Vẫn dời" }).press("Enter");
  await expect.poll(() => startOf(spa, visit)).toBe(spa.at(13));
});

test("over blocked time: told why, and moved when the desk insists", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  await spa.call("POST", "blocked-times", {
    ...{ branch_id: spa.branch, resource_id: spa.therapists[0]?.id, reason: "meeting" },
    ...{ first_day: spa.tomorrow, starts: "13:00", ends: "14:00" },
  });
  await openBoard(page, spa);
  await moveDown(page, visit, 8);
  const dialog = page.getByRole("alertdialog", { name: "Vẫn dời lịch của Chị Mai?" });
  await expect(dialog.getByRole("button", { name: /^\d\d:\d\d$/ }).first()).toBeVisible();
  await dialog.getByRole("button", { name: "Quay lại" }).click();
  expect(await startOf(spa, visit)).toBe(spa.at(11));
  await moveDown(page, visit, 8);
  await dialog.getByRole("button", { name: "Vẫn dời" }).click();
  await expect.poll(() => startOf(spa, visit)).toBe(spa.at(13));
  await page.keyboard.press("Control+z");
  await expect.poll(() => startOf(spa, visit)).toBe(spa.at(11));
});

test("a card is dragged to a bed in another room, and taken back", async ({ page, request }) => {
  const spa = await makeSpa(request, { therapists: 1, beds: 1 });
  const [bed] = spa.beds;
  const all = await spa.call<{ id: string; type_id: string }[]>("GET", `resources?branch_id=${spa.branch}`);
  const type_id = all.find(({ id }) => id === bed?.id)?.type_id;
  const key = `truc-${spa.branch.slice(-12)}`;
  const room = await spa.call<{ id: string }>("POST", "rooms", { key, branch_id: spa.branch, name: "Trúc" });
  const other = await spa.call<{ id: string }>("POST", "resources", {
    ...{ key, type_id, branch_id: spa.branch, room_id: room.id, name: "Giường Trúc" },
  });
  const visit = await spa.book(["Chị Mai"], { hour: 11 });
  const bedOf = async () =>
    (await read(spa, visit)).appointments[0]?.treatments[0]?.allocations.find(({ kind }) => kind === "bed")
      ?.resource_id;
  const before = await bedOf();
  const target = before === other.id ? bed?.id : other.id;
  await openBoard(page, spa, "&view=rooms");
  const card = cardOf(page, bookedOf(visit));
  await drag(page, card, await pointAt(page, target ?? "", card, 0));
  await expect(page.locator(`[data-ghost="${target}"]`)).toHaveAttribute("data-verdict", "fits");
  await page.mouse.up();
  await expect.poll(bedOf).toBe(target);
  await expect(columnOf(page, target ?? "").locator("[data-card]")).toHaveCount(1);
  await page.keyboard.press("Control+z");
  await expect.poll(bedOf).toBe(before);
});

test("a therapist sees her own day, says begun and done, and cannot cancel or move (case 21)", async ({
  page,
  request,
}) => {
  const call = await api(request, "admin");
  const { branch } = factsOf();
  const people = await call<{ id: string; key: string; service_ids: string[] }[]>("GET", "staff");
  const me = people.find(({ key }) => key === "le-thi-hong-nhung");
  const catalogue = await call<{ services: { id: string; variants: { id: string }[] }[] }[]>(
    "GET",
    "catalogue",
  );
  const service = catalogue
    .flatMap(({ services }) => services)
    .find(({ id, variants }) => me?.service_ids.includes(id) && variants.length > 0);
  const treatments = [{ variant_id: service?.variants[0]?.id, therapist_id: me?.id }];
  // Whatever the time of the day is; and when another test has just taken her, a little later.
  const walkIn = { branch_id: branch, walk_in: true, force: true };
  let visit: TestVisit | undefined;
  await expect(async () => {
    visit = await call<TestVisit>("POST", "visits", {
      ...walkIn,
      guests: [{ guest_name: "Chị Ngọc", treatments }],
    });
  }).toPass();
  if (visit === undefined) throw new Error("not booked");
  const other = await call<TestVisit>("POST", "visits", {
    ...walkIn,
    guests: [{ guest_name: "Anh Khoa", treatments: [{ variant_id: service?.variants[0]?.id }] }],
  }).catch(() => null); // at night nobody else works
  const changed: string[] = [];
  page.on("request", (one) => one.method() === "PATCH" && changed.push(one.url()));

  await signIn(page, "therapist", `/desk/board?branch=${branch}`);
  const card = cardOf(page, bookedOf(visit));
  await expect(card).toBeVisible();
  await expect(page.locator("[data-column]")).toHaveCount(1);
  if (other !== null) await expect(cardOf(page, bookedOf(other))).toHaveCount(0);
  await card.focus();
  for (const key of ["m", "t", "x"]) await card.press(key);
  await expect(page.locator("[data-hand-bar], [data-tray], [role=alertdialog]")).toHaveCount(0);

  await card.press("Enter");
  const panel = page.getByRole("dialog").filter({ hasText: "Chị Ngọc" });
  await panel.locator("[data-step=in_service]").click();
  const status = async () => (await call<TestVisit>("GET", `visits/${visit?.id}`)).appointments[0]?.status;
  await expect.poll(status).toBe("in_service");
  await expect(panel.locator("[data-step=cancelled]")).toHaveCount(0);
  await expect(panel.getByRole("button", { name: "Dời lịch" })).toHaveCount(0);
  await panel.locator("[data-step=completed]").click();
  await expect.poll(status).toBe("completed");
  expect(changed).toEqual([]);
});
