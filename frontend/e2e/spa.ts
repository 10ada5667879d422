/** A branch of a test's own, open day and night: tests at one time do not take each other's therapists. It is about noon
    there, so that the tests are the same at every hour of the server. */
import type { APIRequestContext, Page } from "@playwright/test";
import { type Account, api, expect, factsOf, signIn } from "./facts";

type Call = Awaited<ReturnType<typeof api>>;

interface Named {
  id: string;
  key: string;
  name: string;
}

export interface TestVisit {
  id: string;
  source: string;
  appointments: {
    id: string;
    status: string;
    start: string;
    customer_id: string | null;
    guest_name: string;
    treatments: { id: string; variant_id: string; therapist_id: string | null }[];
  }[];
}

export interface TestSpa {
  call: Call;
  branch: string;
  /** The zone of the branch, without daylight saving time. */
  zone: string;
  /** Today and tomorrow in the zone of the branch. */
  today: string;
  tomorrow: string;
  therapists: Named[];
  beds: Named[];
  /** The 60, 90 and 120 minutes of one massage. */
  variants: string[];
  /** An add-on of the massage. */
  addOn: string;
  /** Book guests by name, each with the massage of 60 minutes. `hour` is of tomorrow; without it: now. */
  book: (guests: string[], more?: { hour?: number; body?: object; wish?: object }) => Promise<TestVisit>;
  /** Return the instant of an hour of tomorrow. */
  at: (hour: number) => string;
  /** Return the visits of today. */
  visits: () => Promise<TestVisit[]>;
}

const STEP = 5 * 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NAMES = [
  "Lan Anh",
  "Hồng Nhung",
  "Minh Khoa",
  "Thu Trang",
  "Mỹ Duyên",
  "Quốc Bảo",
  "Hồng Gấm",
  "Ngọc Hân",
];
let made = 0;

/** Return the instant that is so many minutes from now, on a step of five minutes. */
export function inMinutes(count: number): string {
  return new Date(Math.floor(Date.now() / STEP) * STEP + count * 60_000).toISOString();
}

/** Make a branch with so many therapists, and beds in one room. */
export async function makeSpa(
  request: APIRequestContext,
  { therapists = 2, beds = 2, policy = {} }: { therapists?: number; beds?: number; policy?: object } = {},
): Promise<TestSpa> {
  const call = await api(request, "admin");
  made += 1;
  // It sorts last: who names no branch is shown the first one.
  const key = `zen-${process.pid}-${made}-${Math.random().toString(36).slice(2, 8)}`;
  // Hours by which the zone is ahead of UTC: it is between 12:00 and 13:00 there. POSIX counts them the other way.
  const offset = 12 - new Date().getUTCHours();
  const zone = offset === 0 ? "Etc/UTC" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
  const dayOf = (instant: number) => new Date(instant + offset * HOUR).toISOString().slice(0, 10);
  const branch = await call<Named>("POST", "branches", {
    ...{ key, name: `Zen ${key}`, time_zone: zone },
    ...policy,
  });
  const weekdays = [1, 2, 3, 4, 5, 6, 7];
  await call("PUT", `branches/${branch.id}/hours`, {
    hours: weekdays.map((weekday) => ({ weekday, opens: "00:00", closes: "24:00" })),
  });
  const types = await call<Named[]>("GET", "resource-types");
  const { services } = await call<{
    services: { id: string; key: string; add_on_ids: string[]; variants: { id: string; key: string }[] }[];
  }>("GET", "catalogue/desk");
  const service = services.find((one) => one.key === "massage-thuy-dien");
  const bedType = types.find((type) => type.key === "giuong-massage");
  if (service === undefined || bedType === undefined) throw new Error("no massage in the demo spa");
  const room = await call<Named>("POST", "rooms", { key: `${key}-sen`, branch_id: branch.id, name: "Sen" });
  const today = dayOf(Date.now());
  const midnight = Date.parse(`${today}T00:00:00Z`) - offset * HOUR;
  const addBed = (number: number) => {
    const bed = { key: `${key}-${number}`, name: `Giường ${number}`, type_id: bedType.id };
    return call<Named>("POST", "resources", { ...bed, branch_id: branch.id, room_id: room.id });
  };
  const addTherapist = async (name: string, number: number): Promise<Named> => {
    const person = await call<Named>("POST", "staff", {
      key: `${key}-${number}`,
      full_name: name,
      gender: "female",
      employed_from: "2020-01-01",
      branch_ids: [branch.id],
      service_ids: [service.id],
    });
    const days = [-1, 0, 1, 2].map((offset) => midnight + offset * DAY);
    await Promise.all(
      days.map((start) =>
        call("POST", "shifts", {
          staff_id: person.id,
          branch_id: branch.id,
          start: new Date(start).toISOString(),
          end: new Date(start + DAY).toISOString(),
        }),
      ),
    );
    return { ...person, name };
  };
  const [madeBeds, people] = await Promise.all([
    Promise.all(Array.from({ length: beds }, (_, index) => addBed(index + 1))),
    Promise.all(NAMES.slice(0, therapists).map(addTherapist)),
  ]);
  const at = (hour: number) => new Date(midnight + DAY + hour * HOUR).toISOString();
  return {
    call,
    branch: branch.id,
    zone,
    today,
    tomorrow: dayOf(midnight + DAY),
    therapists: people,
    beds: madeBeds,
    variants: ["60", "90", "120"].map(
      (minutes) => service.variants.find((variant) => variant.key === minutes)?.id ?? "",
    ),
    addOn: service.add_on_ids[0] ?? "",
    at,
    visits: async () =>
      (await call<{ visits: TestVisit[] }>("GET", `branches/${branch.id}/board?day=${today}`)).visits,
    book: (guests, { hour, body = {}, wish = {} } = {}) =>
      call("POST", "visits", {
        branch_id: branch.id,
        start: hour === undefined ? inMinutes(0) : at(hour),
        guests: guests.map((guest_name) => ({
          guest_name,
          treatments: [{ variant_id: service.variants.find((variant) => variant.key === "60")?.id, ...wish }],
        })),
        ...body,
      }),
  };
}

/** Sign in, and open the board of tomorrow, or of another day. `more` is added to its address. */
export async function openBoard(
  page: Page,
  spa: TestSpa,
  more = "",
  role: "admin" | "receptionist" = "receptionist",
  day = spa.tomorrow,
): Promise<void> {
  await signIn(page, role, `/desk/board?branch=${spa.branch}&day=${day}${more}`);
  await expect(page.locator("[data-board]")).toBeVisible();
}

/** Press an entry of the menu of a column. */
export async function choose(page: Page, name: string, entry: string): Promise<void> {
  await page.getByRole("button", { name: `Menu của ${name}` }).click();
  await page.getByRole("menuitem", { name: entry }).click();
}

/** Give a therapist the account with this number, also when a test of an earlier run has used it. */
export async function giveAccount(
  spa: TestSpa,
  therapist: Named | undefined,
  number: number,
): Promise<Account> {
  const [email = "", password = "", userId = ""] = factsOf().therapists[number] ?? [];
  for (const { id } of await spa.call<Named[]>("GET", `staff?user_id=${userId}`))
    await spa.call("PATCH", `staff/${id}`, { user_id: null });
  await spa.call("PATCH", `staff/${therapist?.id}`, { user_id: userId });
  return [email, password];
}
