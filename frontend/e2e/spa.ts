/** A branch of a test's own, open day and night: tests at one time do not take each other's therapists. */
import type { APIRequestContext } from "@playwright/test";
import { api } from "./facts";

type Call = Awaited<ReturnType<typeof api>>;

interface Named {
  id: string;
  key: string;
  name: string;
}

export interface TestVisit {
  id: string;
  appointments: { id: string; status: string; start: string; treatments: { id: string }[] }[];
}

export interface TestSpa {
  call: Call;
  branch: string;
  /** Today and tomorrow in the zone of the branch. */
  today: string;
  tomorrow: string;
  therapists: Named[];
  beds: Named[];
  /** The 60, 90 and 120 minutes of one massage. */
  variants: string[];
  /** Book guests by name, each with the massage of 60 minutes. `hour` is of tomorrow; without it: now. */
  book: (guests: string[], more?: { hour?: number; body?: object; wish?: object }) => Promise<TestVisit>;
  /** Return the instant of an hour of tomorrow. */
  at: (hour: number) => string;
}

const ZONE = "+07:00";
const STEP = 5 * 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NAMES = ["Lan Anh", "Hồng Nhung", "Minh Khoa", "Thu Trang"];
let made = 0;

function dayOf(instant: number): string {
  return new Date(instant + 7 * HOUR).toISOString().slice(0, 10);
}

/** Make a branch in Ho Chi Minh City with so many therapists, and beds in one room. */
export async function makeSpa(
  request: APIRequestContext,
  { therapists = 2, beds = 2, policy = {} }: { therapists?: number; beds?: number; policy?: object } = {},
): Promise<TestSpa> {
  const call = await api(request, "admin");
  made += 1;
  // It sorts last: who names no branch is shown the first one.
  const key = `zen-${process.pid}-${made}-${Math.random().toString(36).slice(2, 8)}`;
  const branch = await call<Named>("POST", "branches", { key, name: `Zen ${key}`, ...policy });
  const weekdays = [1, 2, 3, 4, 5, 6, 7];
  await call("PUT", `branches/${branch.id}/hours`, {
    hours: weekdays.map((weekday) => ({ weekday, opens: "00:00", closes: "24:00" })),
  });
  const types = await call<Named[]>("GET", "resource-types");
  const catalogue = await call<
    { services: { id: string; key: string; variants: { id: string; key: string }[] }[] }[]
  >("GET", "catalogue");
  const service = catalogue
    .flatMap(({ services }) => services)
    .find((one) => one.key === "massage-thuy-dien");
  const bedType = types.find((type) => type.key === "giuong-massage");
  if (service === undefined || bedType === undefined) throw new Error("no massage in the demo spa");
  const room = await call<Named>("POST", "rooms", { key: `${key}-sen`, branch_id: branch.id, name: "Sen" });
  const today = dayOf(Date.now());
  const midnight = Date.parse(`${today}T00:00:00${ZONE}`);
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
    today,
    tomorrow: dayOf(midnight + DAY),
    therapists: people,
    beds: madeBeds,
    variants: ["60", "90", "120"].map(
      (minutes) => service.variants.find((variant) => variant.key === minutes)?.id ?? "",
    ),
    at,
    book: (guests, { hour, body = {}, wish = {} } = {}) =>
      call("POST", "visits", {
        branch_id: branch.id,
        start: hour === undefined ? new Date(Math.floor(Date.now() / STEP) * STEP).toISOString() : at(hour),
        guests: guests.map((guest_name) => ({
          guest_name,
          treatments: [{ variant_id: service.variants.find((variant) => variant.key === "60")?.id, ...wish }],
        })),
        ...body,
      }),
  };
}
