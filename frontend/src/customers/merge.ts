/** What a merge makes of two records, as `columns.py` of the API does it; e2e compares the two. All of it is pure. */
import type { CustomerRead } from "@/api/generated";
import { FIELDS, type Field } from "./form";

export interface MergedField {
  field: Field;
  survivor: string;
  duplicate: string;
  result: string;
  /** Which of the two the result has. */
  from: "survivor" | "duplicate" | "both" | "neither";
}

/** Return each field of two customers, and what the first one has after the second was merged into it. */
export function mergedFields(survivor: CustomerRead, duplicate: CustomerRead): MergedField[] {
  return FIELDS.map((field) => {
    const [first, second, result] = [survivor, duplicate, mergedInto(survivor, duplicate)].map((customer) =>
      textOf(customer[field]),
    ) as [string, string, string];
    return { field, survivor: first, duplicate: second, result, from: originOf(first, second, result) };
  });
}

function mergedInto(survivor: CustomerRead, duplicate: CustomerRead): CustomerRead {
  const fill = <Name extends Field>(field: Name) => survivor[field] ?? duplicate[field];
  const join = (field: "notes" | "contraindications") =>
    [...new Set([survivor[field], duplicate[field]])].filter((text) => text !== "").join("\n");
  return {
    ...survivor,
    phone: fill("phone"),
    email: fill("email"),
    birthday: mergedBirthday(survivor.birthday, duplicate.birthday),
    gender: fill("gender"),
    contact_id: fill("contact_id"),
    notes: join("notes"),
    contraindications: join("contraindications"),
    tags: [...new Set([...survivor.tags, ...duplicate.tags])],
  };
}

/** The same birthday with the year says more than without it. */
function mergedBirthday(survivor: string | null, duplicate: string | null): string | null {
  if (survivor !== null && duplicate !== null && survivor === `-${duplicate.slice(4)}`) return duplicate;
  return survivor ?? duplicate;
}

function textOf(value: CustomerRead[Field]): string {
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
}

function originOf(survivor: string, duplicate: string, result: string): MergedField["from"] {
  if (result === "") return "neither";
  if (result === survivor) return "survivor";
  return result === duplicate ? "duplicate" : "both";
}
