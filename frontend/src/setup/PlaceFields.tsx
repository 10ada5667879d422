/** The country of a branch, whose holidays it has, and its time zone. */
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { SelectField } from "./fields";
import { CHOICES, type Place, zones } from "./place";

interface Props {
  place: Place;
  onChange: (change: Partial<Place>) => void;
  errors?: { country: string | undefined; timeZone: string | undefined };
}

export function PlaceFields({ place, onChange, errors }: Props) {
  const { t } = useTranslation("setup");
  const countries = new Intl.DisplayNames(currentLanguage(), { type: "region" });
  const codes = [...new Set([...CHOICES, place.country])];
  return (
    <>
      <SelectField
        label={t("branch.country")}
        hint={t("branch.countryHint")}
        error={errors?.country}
        value={place.country}
        options={codes.map((code) => ({ value: code, text: countries.of(code) ?? code }))}
        onChange={(country) => onChange({ country })}
      />
      <SelectField
        label={t("branch.zone")}
        error={errors?.timeZone}
        value={place.timeZone}
        options={zones(place.timeZone).map((zone) => ({ value: zone, text: zone.replaceAll("_", " ") }))}
        onChange={(timeZone) => onChange({ timeZone })}
      />
    </>
  );
}
