/** A branch of its own for a test: others at work on the same server do not take its times. */
import type { APIRequestContext } from "@playwright/test";
import { api } from "./facts";

type Call = Awaited<ReturnType<typeof api>>;

interface Named {
  id: string;
  key: string;
}

export interface Spa {
  call: Call;
  branch: string;
  /** The zone of the branch, in which it is about noon. */
  zone: string;
  /** Today in the branch. */
  day: string;
  therapists: string[];
  beds: string[];
  /** A variant of an hour with add-ons. */
  variant: string;
  addOn: string;
}

const HOUR = 3_600_000;

/** Add a branch that is open day and night, where it is noon: the tests are the same at every hour of the server. */
export async function addSpa(
  request: APIRequestContext,
  { therapists = 2, beds = 2 }: { therapists?: number; beds?: number } = {},
): Promise<Spa> {
  const call = await api(request, "admin");
  const now = Date.now();
  const mark = crypto.randomUUID().slice(0, 8);
  const zone = zoneWithNoon(now);
  const { services } = await call<{
    services: (Named & {
      add_on_ids: string[];
      variants: (Named & { segments: { bed_type_id: string | null }[] })[];
    })[];
  }>("GET", "catalogue/desk");
  const service = services.find(({ key }) => key === "massage-thuy-dien");
  const variant = service?.variants[0];
  if (service === undefined || variant === undefined) throw new Error("the demo spa has another catalogue");
  const branch = await call<Named>("POST", "branches", {
    key: `spa-${mark}`,
    name: `Chi nhánh ${mark}`,
    time_zone: zone,
  });
  await call("PUT", `branches/${branch.id}/hours`, {
    hours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: "00:00", closes: "24:00" })),
  });
  const room = await call<Named>("POST", "rooms", {
    key: `room-${mark}`,
    branch_id: branch.id,
    name: "Phòng Sen",
  });
  const bedIds: string[] = [];
  for (let number = 1; number <= beds; number += 1) {
    const bed = await call<Named>("POST", "resources", {
      key: `bed-${mark}-${number}`,
      name: `Giường ${number}`,
      type_id: variant.segments[0]?.bed_type_id,
      branch_id: branch.id,
      room_id: room.id,
    });
    bedIds.push(bed.id);
  }
  const staffIds: string[] = [];
  for (const name of ["Vũ Hồng Nhung", "Lê Thu Cúc", "Đỗ Mai Lan"].slice(0, therapists)) {
    const person = await call<Named>("POST", "staff", {
      key: `staff-${mark}-${staffIds.length}`,
      full_name: name,
      employed_from: "2020-01-01",
      branch_ids: [branch.id],
      service_ids: [service.id],
    });
    staffIds.push(person.id);
    const shift = { staff_id: person.id, branch_id: branch.id };
    await call("POST", "shifts", {
      ...shift,
      start: minute(now - 3 * HOUR),
      end: minute(now + 8 * HOUR),
    });
  }
  return {
    call,
    branch: branch.id,
    zone,
    day: new Date(now + offsetWithNoon(now) * HOUR).toISOString().slice(0, 10),
    therapists: staffIds,
    beds: bedIds,
    variant: variant.id,
    addOn: service.add_on_ids[0] ?? "",
  };
}

function minute(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16)}:00Z`;
}

/** Return an instant that is so many minutes from now, on a step of five minutes. */
export function inMinutes(count: number): string {
  const step = 5 * 60_000;
  return minute(Math.floor(Date.now() / step) * step + count * 60_000);
}

/** Return the hours by which a zone is ahead of UTC where it is between 12:00 and 13:00. */
function offsetWithNoon(now: number): number {
  return 12 - new Date(now).getUTCHours();
}

function zoneWithNoon(now: number): string {
  const offset = offsetWithNoon(now);
  return offset === 0 ? "Etc/UTC" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
}

/** Return a name that no other customer has, and its customer. */
export async function addCustomer(
  call: Call,
  fields: Record<string, unknown> = {},
): Promise<{ id: string; full_name: string }> {
  const mark = [...crypto.getRandomValues(new Uint8Array(6))]
    .map((byte) => String.fromCharCode(97 + (byte % 26)))
    .join("");
  return await call("POST", "customers", {
    full_name: `Nguyễn Thị ${mark[0]?.toUpperCase()}${mark.slice(1)}`,
    ...fields,
  });
}

export interface Visit {
  id: string;
  source: string;
  appointments: {
    id: string;
    status: string;
    start: string;
    customer_id: string | null;
    guest_name: string;
    treatments: {
      variant_id: string;
      therapist_id: string | null;
      add_ons: { add_on_id: string }[];
      allocations: { resource_id: string; kind: string }[];
    }[];
  }[];
}

/** Return the visits of a day of the spa. */
export async function visitsOf(spa: Spa): Promise<Visit[]> {
  const { visits } = await spa.call<{ visits: Visit[] }>(
    "GET",
    `branches/${spa.branch}/board?day=${spa.day}`,
  );
  return visits;
}
