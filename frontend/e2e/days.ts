/** Days with a few visits of their own, so that tests can change them side by side. */
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { api, expect, factsOf } from "./facts";

interface Service {
  name: { en: string };
  variants: { id: string; minutes: number }[];
}

export interface Booked {
  visit: string;
  appointment: string;
  treatment: string;
  /** The therapist who does it. */
  therapist: string;
  start: string;
}

export type Call = Awaited<ReturnType<typeof api>>;

/** Return the day that is so many days after the show day. Each test has another one. */
export function dayAfter(count: number): string {
  const day = new Date(`${factsOf().day}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + count);
  return day.toISOString().slice(0, 10);
}

/** Return an hour of a day in Ho Chi Minh City. */
export const at = (day: string, time: string) => `${day}T${time}:00+07:00`;

/** Book guests who start together for an hour of massage each. */
export async function book(
  call: Call,
  day: string,
  time: string,
  names: string[],
  therapist?: string,
): Promise<Booked[]> {
  const categories = await call<{ services: Service[] }[]>("GET", "catalogue");
  const services = categories.flatMap(({ services }) => services);
  const massage = services.find(({ name }) => /swedish/i.test(name.en)) ?? services[0];
  const variant = massage?.variants.find(({ minutes }) => minutes === 60) ?? massage?.variants[0];
  const wish = therapist === undefined ? {} : { therapist_id: therapist };
  const visit = await call<BoardVisit>("POST", "visits", {
    branch_id: factsOf().branch,
    start: at(day, time),
    guests: names.map((guest_name) => ({ guest_name, treatments: [{ variant_id: variant?.id, ...wish }] })),
  });
  return visit.appointments.map((appointment) => bookedOf(visit.id, appointment));
}

interface BoardVisit {
  id: string;
  appointments: {
    id: string;
    start: string;
    treatments: {
      id: string;
      allocations: { kind: string; resource_id: string; start: string; end: string }[];
    }[];
  }[];
}

function bookedOf(visit: string, appointment: BoardVisit["appointments"][number]): Booked {
  const [treatment] = appointment.treatments;
  const therapist = treatment?.allocations.find(({ kind }) => kind === "staff");
  return {
    visit,
    appointment: appointment.id,
    treatment: treatment?.id ?? "",
    therapist: therapist?.resource_id ?? "",
    start: new Date(appointment.start).toISOString(),
  };
}

/** Return a visit as the API has it. */
export async function read(call: Call, booked: Booked): Promise<Booked> {
  const visit = await call<BoardVisit>("GET", `visits/${booked.visit}`);
  const appointment = visit.appointments.find(({ id }) => id === booked.appointment);
  if (appointment === undefined) throw new Error("the appointment is gone");
  return bookedOf(visit.id, appointment);
}

/** Return the therapists who are free for a card at a time. */
export async function fitsAt(call: Call, booked: Booked, day: string, time: string): Promise<string[]> {
  const { places } = await call<{
    places: { resource_id: string; kind: string; fits: [string, string][] }[];
  }>("POST", "availability/places", { branch_id: factsOf().branch, day, treatment_id: booked.treatment });
  const start = Date.parse(at(day, time));
  return places
    .filter(({ kind }) => kind === "staff")
    .filter(({ fits }) => fits.some(([first, end]) => Date.parse(first) <= start && start < Date.parse(end)))
    .map(({ resource_id }) => resource_id);
}

export const cardOf = (page: Page, { treatment }: Booked) => page.locator(`[data-card^="${treatment}/"]`);
export const columnOf = (page: Page, id: string) => page.locator(`[data-column="${id}"]`);

/** Return the point of a column at a time, after scrolling it into view. */
export async function pointAt(page: Page, column: string, card: Locator, minutesLater: number) {
  await columnOf(page, column).scrollIntoViewIfNeeded();
  const [from, to, hour] = await Promise.all([
    card.boundingBox(),
    columnOf(page, column).boundingBox(),
    columnOf(page, column).evaluate((element) =>
      Number.parseFloat(getComputedStyle(element).backgroundSize.split(" ")[1] ?? ""),
    ),
  ]);
  if (from === null || to === null) throw new Error("not on the screen");
  return { x: to.x + to.width / 2, y: from.y + 20 + (minutesLater / 60) * hour };
}

/** Drag the upper part of a card with the mouse. */
export async function drag(page: Page, card: Locator, point: { x: number; y: number }): Promise<void> {
  const box = await card.boundingBox();
  if (box === null) throw new Error("not on the screen");
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 30);
  await page.mouse.move(point.x, point.y, { steps: 4 });
}

export async function desk(request: APIRequestContext): Promise<Call> {
  return await api(request);
}

export const ghost = (page: Page) => page.locator("[data-ghost]");
export async function expectPlace(
  call: Call,
  booked: Booked,
  start: string,
  therapist: string,
): Promise<void> {
  await expect
    .poll(async () => {
      const now = await read(call, booked);
      return [now.start, now.therapist];
    })
    .toEqual([new Date(start).toISOString(), therapist]);
}
