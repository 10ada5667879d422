/** The fields of a customer in a form: what was changed, and what two people changed at one time. All of it is pure. */
import type { CustomerCreate, CustomerRead, CustomerUpdate } from "@/api/generated";
import { phoneNumber } from "@/i18n/format";
import { birthdayText, parseBirthday } from "./birthday";

export const FIELDS = [
  "full_name",
  "phone",
  "contact_id",
  "email",
  "birthday",
  "gender",
  "tags",
  "contraindications",
  "notes",
] as const;
export type Field = (typeof FIELDS)[number];

/** What stands in the form. Texts are as typed; an empty one means none. */
export interface Values {
  full_name: string;
  phone: string;
  /** The customer whose phone it is. */
  contact_id: string | null;
  email: string;
  birthday: string;
  gender: CustomerRead["gender"];
  tags: string[];
  contraindications: string;
  notes: string;
}

export const EMPTY: Values = {
  full_name: "",
  phone: "",
  contact_id: null,
  email: "",
  birthday: "",
  gender: null,
  tags: [],
  contraindications: "",
  notes: "",
};

export function valuesOf(customer: CustomerRead): Values {
  return {
    full_name: customer.full_name,
    phone: customer.phone === null ? "" : phoneNumber(customer.phone),
    contact_id: customer.contact_id,
    email: customer.email ?? "",
    birthday: birthdayText(customer.birthday),
    gender: customer.gender,
    tags: customer.tags,
    contraindications: customer.contraindications,
    notes: customer.notes,
  };
}

/** Return what is wrong with the form before it is sent. */
export function errorsOf(values: Values): Partial<Record<Field, "missingName" | "wrongBirthday">> {
  return {
    ...(values.full_name.trim() === "" ? { full_name: "missingName" as const } : {}),
    ...(parseBirthday(values.birthday) === undefined ? { birthday: "wrongBirthday" as const } : {}),
  };
}

/** Return a new customer as the API takes it. */
export function customerOf(values: Values): CustomerCreate {
  return {
    ...values,
    phone: textOrNull(values.phone),
    email: textOrNull(values.email),
    birthday: parseBirthday(values.birthday) ?? null,
  };
}

/** Return the fields that differ from those the form began with. */
export function changesOf(before: Values, after: Values): CustomerUpdate {
  const changed = FIELDS.filter((field) => String(before[field]) !== String(after[field]));
  const customer = customerOf(after);
  return Object.fromEntries(changed.map((field) => [field, customer[field]]));
}

function textOrNull(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

export interface Reconciliation {
  /** Fields that both changed, to something different. A person decides. */
  conflicts: Field[];
  /** What is left to save of the changes to other fields. */
  rest: CustomerUpdate;
}

/** Compare the changes of this form with a record that another person has changed since the form began with `base`. */
export function reconcile(base: CustomerRead, changes: CustomerUpdate, latest: CustomerRead): Reconciliation {
  const conflicts: Field[] = [];
  const rest: Record<string, unknown> = {};
  for (const field of FIELDS) {
    if (!(field in changes) || isSame(field, changes[field], latest[field])) continue;
    if (isSame(field, base[field], latest[field])) rest[field] = changes[field];
    else conflicts.push(field);
  }
  return { conflicts, rest };
}

function isSame(field: Field, first: unknown, second: unknown): boolean {
  if (field === "phone") return digitsOf(first) === digitsOf(second);
  return String(first ?? "") === String(second ?? "");
}

/** Return the digits of a number without the prefix that one writes at home and the other abroad. */
function digitsOf(phone: unknown): string {
  return String(phone ?? "")
    .replace(/\D/g, "")
    .replace(/^(84|0)/, "");
}

/** Return the field of the form that a detail of an error is about, such as `body.phone` or `body.tags.0`. */
export function fieldOf(path: string): Field | undefined {
  const [, name] = path.split(".");
  return FIELDS.find((field) => field === name);
}
