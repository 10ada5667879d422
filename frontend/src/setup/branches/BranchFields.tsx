/** What a branch is called, where it is, and the address of its booking page. */
import { useTranslation } from "react-i18next";
import type { BranchCreate, BranchRead } from "@/api/generated";
import { phoneNumber } from "@/i18n/format";
import { TextField } from "../fields";
import { PlaceFields } from "../PlaceFields";
import type { Place } from "../place";
import type { Fields } from "../SettingsForm";

export interface BranchValues extends Place {
  key: string;
  name: string;
  address: string;
  phone: string;
}

export function valuesOf({ key, name, address, phone, country, time_zone }: BranchRead): BranchValues {
  return {
    ...{ key, name, address, country },
    timeZone: time_zone,
    phone: phone === null ? "" : phoneNumber(phone),
  };
}

export function toBody({ timeZone, phone, ...values }: BranchValues): BranchCreate {
  return { ...values, time_zone: timeZone, phone: phone.trim() === "" ? null : phone };
}

interface Props {
  fields: Fields<BranchValues>;
  /** Only the address in the browser was typed: otherwise it follows the name. */
  onName?: (name: string) => Partial<BranchValues>;
  /** The address that guests have, of a branch that exists. */
  savedKey?: string;
}

export function BranchFields({ fields: { values, set, errorOf }, onName, savedKey }: Props) {
  const { t } = useTranslation("setup");
  const isMoved = savedKey !== undefined && values.key !== savedKey;
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <div className="md:col-span-2">
        <TextField
          label={t("branch.name")}
          error={errorOf("name")}
          value={values.name}
          maxLength={100}
          required
          onChange={(name) => set({ name, ...onName?.(name) })}
        />
      </div>
      <div className="md:col-span-2">
        <TextField
          label={t("branch.address")}
          error={errorOf("address")}
          value={values.address}
          maxLength={300}
          onChange={(address) => set({ address })}
        />
      </div>
      <TextField
        label={t("branch.phone")}
        error={errorOf("phone")}
        value={values.phone}
        type="tel"
        maxLength={30}
        className="tabular"
        onChange={(phone) => set({ phone })}
      />
      <TextField
        label={t("branches.key")}
        hint={
          isMoved
            ? t("branches.keyMoved", { page: `/book/${savedKey}` })
            : t("branches.keyHint", { page: `${location.host}/book/${values.key}` })
        }
        error={errorOf("key")}
        value={values.key}
        maxLength={50}
        required
        spellCheck={false}
        autoCapitalize="none"
        onChange={(key) => set({ key: key.toLowerCase() })}
      />
      <PlaceFields
        place={values}
        onChange={set}
        errors={{ country: errorOf("country"), timeZone: errorOf("time_zone") }}
      />
    </div>
  );
}
