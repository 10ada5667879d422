/** A treatment that is chosen: its add-ons, and who is to do it. */
import { Toggle } from "@base-ui/react/toggle";
import { Heart, X } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Gender } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import type { Offer } from "./catalogue";
import { type Place, type TreatmentDraft, therapistOf } from "./draft";
import { CHIP, FIELD } from "./styles";
import { offerName } from "./TreatmentField";

interface Props {
  treatment: TreatmentDraft;
  /** The place of the board that was pressed for it. */
  place: Place | null;
  offer: Offer | undefined;
  therapists: ReadonlyMap<string, string>;
  onChange: (change: Partial<TreatmentDraft>) => void;
  onRemove: () => void;
}

export function TreatmentPart({ treatment, place, offer, therapists, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const language = currentLanguage();
  if (offer === undefined) return null;
  const { addOnIds } = treatment;
  const therapistId = therapistOf(treatment, place);
  const addOns = offer.addOns.filter((addOn) => addOnIds.includes(addOn.id));
  const minutes = addOns.reduce((sum, addOn) => sum + addOn.minutes, offer.minutes);
  const price = addOns.reduce((sum, addOn) => sum + addOn.price, offer.price);
  const name = offerName(offer, language);
  return (
    <li className="rounded-md border border-line bg-surface p-2.5" data-treatment>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="font-medium">{name}</p>
          <p className="tabular text-muted text-sm">
            {t("time.minutes", { count: minutes })} · {money(price)}
          </p>
        </div>
        <button
          type="button"
          onClick={onRemove}
          aria-label={t("booking.removeTreatment", { name })}
          className="grid size-8 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover pointer-coarse:size-11"
        >
          <X aria-hidden size={16} />
        </button>
      </div>
      {offer.addOns.length > 0 && (
        <fieldset className="mt-1.5 flex flex-wrap gap-1.5">
          <legend className="sr-only">{t("booking.addOns")}</legend>
          {offer.addOns.map((addOn) => (
            <Toggle
              key={addOn.id}
              className={`${CHIP} h-7 text-sm`}
              pressed={addOnIds.includes(addOn.id)}
              onPressedChange={(isOn) =>
                onChange({
                  addOnIds: isOn ? [...addOnIds, addOn.id] : addOnIds.filter((other) => other !== addOn.id),
                })
              }
            >
              {inLanguage(addOn.name, language)}
              {addOn.minutes > 0 && (
                <span className="tabular font-normal">{t("booking.more", { count: addOn.minutes })}</span>
              )}
            </Toggle>
          ))}
        </fieldset>
      )}
      <div className="mt-2 flex gap-1.5">
        <label htmlFor={id} className="sr-only">
          {t("booking.therapist")}
        </label>
        <select
          id={id}
          className={FIELD}
          value={therapistId ?? treatment.gender ?? ""}
          onChange={(event) => onChange(wishOf(event.target.value))}
        >
          <option value="">{t("booking.anyTherapist")}</option>
          <option value="female">{t("booking.female")}</option>
          <option value="male">{t("booking.male")}</option>
          {[...therapists].map(([id, therapist]) => (
            <option key={id} value={id}>
              {therapist}
            </option>
          ))}
        </select>
        {therapistId !== null && (
          <Toggle
            className={`${CHIP} h-9`}
            pressed={treatment.isRequested}
            onPressedChange={(isRequested) => onChange({ therapistId, isRequested })}
          >
            <Heart aria-hidden size={14} className={treatment.isRequested ? "fill-current" : ""} />
            {t("booking.requested")}
          </Toggle>
        )}
      </div>
    </li>
  );
}

/** Who is chosen by name was mostly asked for by the guest. */
function wishOf(value: string): Partial<TreatmentDraft> {
  if (value === "female" || value === "male") {
    return { gender: value satisfies Gender, therapistId: null, isRequested: false };
  }
  return { gender: null, therapistId: value === "" ? null : value, isRequested: value !== "" };
}
