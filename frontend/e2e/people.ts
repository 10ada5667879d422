/** Customers of the tests, each with a name and a number of their own. */
import { randomInt } from "node:crypto";
import type { CustomerRead } from "../src/api/generated";
import type { api } from "./facts";

type Desk = Awaited<ReturnType<typeof api>>;

/** Return a Vietnamese mobile number that no other test has. */
export function newPhone(): string {
  return `0912${randomInt(100_000, 1_000_000)}`;
}

/** Return a word that no other name has, of letters that Vietnamese has. */
export function newWord(): string {
  const letters = "bcdghklmnprstvx";
  return `Q${Array.from({ length: 7 }, () => letters[randomInt(letters.length)]).join("")}`;
}

export async function addCustomer(
  desk: Desk,
  fields: Partial<CustomerRead> & { full_name: string },
): Promise<CustomerRead> {
  return await desk<CustomerRead>("POST", "customers", fields);
}

export async function readCustomer(desk: Desk, id: string): Promise<CustomerRead> {
  return await desk<CustomerRead>("GET", `customers/${id}`);
}
