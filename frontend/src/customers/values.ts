/** The value of a field as a person reads it. */
import type { TFunction } from "i18next";
import { phoneNumber } from "@/i18n/format";
import { birthdayName } from "./birthday";
import type { Field } from "./form";

/** Return the text of a value of the API. `contact` is the name of the customer that a `contact_id` means. */
export function showValue(t: TFunction, field: Field, value: unknown, contact?: string): string {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  if (text === "") return t("customers.nothing");
  switch (field) {
    case "phone":
      return phoneNumber(text);
    case "birthday":
      return birthdayName(t, text);
    case "contact_id":
      return contact ?? t("customers.openOther");
    case "gender":
      return text === "female" || text === "male" || text === "other" ? t(`customers.genders.${text}`) : text;
    default:
      return text;
  }
}
