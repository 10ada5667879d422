/** A person as a form has them, and as the API takes them. Everything here is pure. */
import type { Bilingual, Gender, StaffCreate, StaffRead } from "@/api/generated";

/** The languages that guests of spas speak most; others that somebody has are kept. */
const USUAL = ["vi", "en", "zh", "ko", "ja", "fr", "ru"];

export interface PersonValues {
  full_name: string;
  gender: Gender | null;
  phone: string;
  email: string;
  languages: string[];
  bio: Bilingual;
  branch_ids: string[];
  employed_from: string;
  /** Empty: there is no last day. */
  employed_until: string;
  user_id: string | null;
}

export function valuesOf(person: StaffRead): PersonValues {
  return {
    full_name: person.full_name,
    gender: person.gender,
    phone: person.phone ?? "",
    email: person.email ?? "",
    languages: person.languages,
    bio: { vi: person.bio.vi ?? "", en: person.bio.en ?? "" },
    branch_ids: person.branch_ids,
    employed_from: person.employed_from ?? "",
    employed_until: person.employed_until ?? "",
    user_id: person.user_id,
  };
}

/** Return the values of a new person of a branch. */
export function newValues(branchId: string, today: string): PersonValues {
  return {
    ...{ full_name: "", gender: null, phone: "", email: "", languages: ["vi"], bio: { vi: "", en: "" } },
    ...{ branch_ids: [branchId], employed_from: today, employed_until: "", user_id: null },
  };
}

type Body = Omit<StaffCreate, "key" | "service_ids">;

/** Return the values as they are sent: what is empty is null. */
export function toBody(values: PersonValues): Body {
  return {
    ...values,
    phone: values.phone.trim() || null,
    email: values.email.trim() || null,
    employed_until: values.employed_until || null,
  };
}

/** Return what has changed. An account that stays is not sent: only the admin of the whole spa may. */
export function changesOf(values: PersonValues, saved: PersonValues): Partial<Body> {
  const [now, before] = [toBody(values), toBody(saved)];
  return Object.fromEntries(
    Object.entries(now).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof Body]),
    ),
  );
}

/** Return the languages that can be chosen. */
export function languagesOf(spoken: readonly string[]): string[] {
  return [...USUAL, ...spoken.filter((code) => !USUAL.includes(code))];
}
