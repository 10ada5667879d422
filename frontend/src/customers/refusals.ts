/** Where in the form an error of the API belongs. */
import type { TFunction } from "i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import { type Field, fieldOf } from "./form";

export interface Refusal {
  fields: Partial<Record<Field, string>>;
  failure?: string;
  /** The customer who has the number already. */
  phoneOwner?: string;
}

const FIELD_OF_CODE: Record<string, Field> = {
  CUSTOMER_PHONE_TAKEN: "phone",
  CUSTOMER_CONTACT_REFUSED: "contact_id",
};

export function refusalOf(t: TFunction, error: unknown): Refusal {
  const sentence = sentenceOf(t, error);
  if (!(error instanceof ApiError)) return { fields: {}, failure: sentence };
  const field = FIELD_OF_CODE[error.code];
  if (field !== undefined) {
    const owner = error.details.find(({ type }) => type === "phone_owner")?.value;
    return { fields: { [field]: sentence }, ...(owner ? { phoneOwner: owner } : {}) };
  }
  const fields: Partial<Record<Field, string>> = {};
  for (const { field: path, message } of error.details) {
    const name = error.status === 422 ? fieldOf(path) : undefined;
    if (name !== undefined) fields[name] ??= message;
  }
  return Object.keys(fields).length > 0 ? { fields } : { fields, failure: sentence };
}
