/** One treatment: its names, its lengths with their prices, what it needs. */
import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { FormField, INPUT } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { currentLanguage } from "@/i18n";
import type { Length, Treatment } from "./draft";
import { BEDS } from "./starter";

const MINUTES = [15, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240];
const MOST_LENGTHS = 6;

interface Props {
  treatment: Treatment;
  onChange: (change: Partial<Treatment>) => void;
}

export function TreatmentEditor({ treatment, onChange }: Props) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const { lengths } = treatment;
  const setLength = (index: number, change: Partial<Length>) =>
    onChange({
      lengths: lengths.map((length, other) => (other === index ? { ...length, ...change } : length)),
    });
  const add = () => {
    const last = lengths.at(-1) ?? { minutes: 30, price: 0 };
    const minutes = MINUTES.find((next) => next > last.minutes) ?? last.minutes;
    onChange({ lengths: [...lengths, { minutes, price: last.price }] });
  };
  return (
    <div className="mt-1 mb-3 ml-7.5 flex flex-col gap-4 rounded-md bg-page p-4 max-sm:ml-0">
      <div className="grid gap-4 sm:grid-cols-2">
        {(["vi", "en"] as const).map((each) => (
          <FormField key={each} label={t(`treatments.name.${each}`)}>
            {(input) => (
              <input
                {...input}
                className={INPUT}
                lang={each}
                value={treatment[each]}
                maxLength={100}
                onChange={(event) => onChange({ [each]: event.target.value })}
              />
            )}
          </FormField>
        ))}
      </div>
      <fieldset>
        <legend className="mb-1 font-medium">{t("treatments.lengths")}</legend>
        <ul className="flex flex-col gap-2">
          {lengths.map(({ minutes, price }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a length has no identity but its place
            <li key={index} className="flex items-center gap-2">
              <select
                aria-label={t("treatments.minutes")}
                className={`${INPUT} w-auto!`}
                value={minutes}
                onChange={(event) => setLength(index, { minutes: Number(event.target.value) })}
              >
                {[...new Set([...MINUTES, minutes])]
                  .sort((first, second) => first - second)
                  .map((each) => (
                    <option key={each} value={each}>
                      {t("minutes", { count: each })}
                    </option>
                  ))}
              </select>
              <MoneyInput
                aria-label={t("treatments.price", { minutes })}
                value={price}
                onChange={(amount) => setLength(index, { price: amount })}
              />
              {lengths.length > 1 && (
                <Button
                  kind="quiet"
                  size="icon"
                  className="text-muted"
                  aria-label={t("treatments.removeLength", { minutes })}
                  onClick={() => onChange({ lengths: lengths.filter((_, other) => other !== index) })}
                >
                  <X aria-hidden size={16} />
                </Button>
              )}
            </li>
          ))}
        </ul>
        {lengths.length < MOST_LENGTHS && (
          <Button kind="quiet" className="mt-1" onClick={add}>
            <Plus aria-hidden size={16} />
            {t("treatments.addLength")}
          </Button>
        )}
      </fieldset>
      <div className="sm:w-1/2">
        <FormField label={t("treatments.needs")}>
          {(input) => (
            <select
              {...input}
              className={INPUT}
              value={treatment.bed}
              onChange={(event) => onChange({ bed: event.target.value })}
            >
              {BEDS.map((bed) => (
                <option key={bed.key} value={bed.key}>
                  {bed[language]}
                </option>
              ))}
              <option value="">{t("treatments.noNeed")}</option>
            </select>
          )}
        </FormField>
      </div>
    </div>
  );
}
