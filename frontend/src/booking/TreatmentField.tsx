/** Choose a treatment by typing parts of its name, its length or its category. */
import { Combobox } from "@base-ui/react/combobox";
import { Plus } from "lucide-react";
import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "@/app/preferences";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import type { Catalogue, Offer } from "./catalogue";
import { matches } from "./fold";
import { FIELD, LABEL, OPTION, POPUP } from "./styles";

interface Props {
  catalogue: Catalogue;
  /** Variants that are mostly booked come first while nothing is typed. */
  popular: string[];
  isFirst: boolean;
  /** What is chosen takes the place of what was filled in. */
  isInstead: boolean;
  error: string | null;
  input: RefObject<HTMLInputElement | null>;
  onChoose: (offer: Offer) => void;
}

export function TreatmentField({ catalogue, popular, isFirst, isInstead, error, input, onChoose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const errorId = useId();
  const language = currentLanguage();
  const [typed, setTyped] = useState("");
  const rank = new Map(popular.map((variantId, index) => [variantId, index]));
  const last = popular.length;
  const offers = catalogue.offers
    .filter((offer) => typed.trim() === "" || matches(searchText(offer), typed.trim()))
    .sort((a, b) => (rank.get(a.id) ?? last) - (rank.get(b.id) ?? last));
  const onKeyDown = (event: KeyboardEvent & { preventBaseUIHandler?: () => void }) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) event.preventBaseUIHandler?.();
  };
  return (
    <Combobox.Root<Offer>
      items={offers}
      filter={null}
      value={null}
      inputValue={typed}
      onInputValueChange={(value, { reason }) => {
        if (reason === "input-change" || reason === "input-clear") setTyped(value);
      }}
      onValueChange={(offer) => {
        if (offer === null) return;
        setTyped("");
        onChoose(offer);
      }}
      autoHighlight
      itemToStringLabel={(offer) => offerName(offer, language)}
      isItemEqualToValue={(first, second) => first.id === second.id}
    >
      <label htmlFor={id} className={isFirst ? LABEL : "sr-only"}>
        {t("booking.treatment")}
      </label>
      <div className="relative">
        <Plus aria-hidden size={16} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
        <Combobox.Input
          ref={input}
          id={id}
          className={`${FIELD} pl-8`}
          placeholder={t(
            isFirst ? "booking.findTreatment" : isInstead ? "booking.otherTreatment" : "booking.addTreatment",
          )}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : errorId}
          onKeyDown={onKeyDown}
        />
      </div>
      <p id={errorId} role="alert" className="mt-1 text-danger text-sm empty:hidden">
        {error}
      </p>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className="z-50">
          <Combobox.Popup className={POPUP}>
            <Combobox.Empty className="px-2.5 py-1.5 text-muted text-sm empty:hidden">
              {t("booking.noTreatment", { name: typed.trim() })}
            </Combobox.Empty>
            <Combobox.List>
              {(offer: Offer) => (
                <Combobox.Item key={offer.id} value={offer} className={OPTION}>
                  <span className="min-w-0 flex-1">
                    <span className="block font-medium">{offerName(offer, language)}</span>
                    <span className="block text-muted text-sm">{inLanguage(offer.category, language)}</span>
                  </span>
                  <span className="tabular shrink-0 text-right">
                    <span className="block">{t("time.minutes", { count: offer.minutes })}</span>
                    <span className="block text-muted text-sm">{money(offer.price)}</span>
                  </span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}

export function offerName(offer: Offer, language: Language): string {
  const name = inLanguage(offer.name, language);
  return offer.variantName === null ? name : `${name} · ${inLanguage(offer.variantName, language)}`;
}

/** Return what can be typed for a treatment, in both languages: guests say either. */
function searchText({ name, variantName, category, minutes }: Offer): string {
  return [name, variantName, category]
    .flatMap((text) => (text === null ? [] : [text.vi, text.en]))
    .concat(String(minutes))
    .join(" ");
}
