/** Bookings through the API, as another desk would make them. */
import type { api } from "./facts";

type Call = Awaited<ReturnType<typeof api>>;

interface Catalogue {
  services: { key: string; variants: { id: string }[] }[];
}

interface Start {
  start: string;
}

/** Book the first free start of a day for a guest who is only a name. Returns the id of the visit. */
export async function bookFirst(
  call: Call,
  { branch, day, guest, hold = false }: { branch: string; day: string; guest: string; hold?: boolean },
): Promise<{ id: string; start: string }> {
  const catalogue = await call<Catalogue[]>("GET", "catalogue");
  const variants = catalogue.flatMap(({ services }) => services.flatMap((service) => service.variants));
  for (const variant of variants) {
    const guests = [{ guest_name: guest, treatments: [{ variant_id: variant.id }] }];
    const wish = { branch_id: branch, guests: [{ treatments: guests[0]?.treatments }] };
    const { starts } = await call<{ starts: Start[] }>("POST", "availability/starts", { ...wish, day });
    const start = starts[0]?.start;
    if (start === undefined) continue;
    const visit = await call<{ id: string }>("POST", "visits", { branch_id: branch, guests, start, hold });
    return { id: visit.id, start };
  }
  throw new Error("the day is full");
}
