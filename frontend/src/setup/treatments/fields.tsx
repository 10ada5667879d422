/** Fields that treatments, categories and add-ons share. */
import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Bilingual, Offered } from "@/api/generated";
import { FormField, INPUT, TEXTAREA } from "@/design/FormField";
import { SelectField } from "../fields";
import type { Fields } from "../SettingsForm";

const OFFERED = ["online", "desk", "no"] as const;
const LANGUAGES = ["vi", "en"] as const;

interface TextsProps {
  field: "name" | "description";
  labels: Record<"vi" | "en", string>;
  value: Bilingual;
  onChange: (value: Bilingual) => void;
  errorOf: Fields<object>["errorOf"];
  hint?: string;
  isRequired?: boolean;
}

/** A text in both languages, side by side. */
export function Texts({ field, labels, value, onChange, errorOf, hint, isRequired = false }: TextsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {LANGUAGES.map((language) => (
        <FormField
          key={language}
          label={labels[language]}
          hint={hint}
          error={errorOf(`${field}.${language}`) ?? (language === "vi" ? errorOf(field) : undefined)}
        >
          {(input) => {
            const shared = {
              ...input,
              lang: language,
              value: value[language],
              onChange: (event: { target: { value: string } }) =>
                onChange({ ...value, [language]: event.target.value }),
            };
            return field === "description" ? (
              <textarea {...shared} className={`${TEXTAREA} min-h-28`} maxLength={2000} />
            ) : (
              <input
                {...shared}
                className={INPUT}
                maxLength={200}
                required={isRequired && language === "vi"}
              />
            );
          }}
        </FormField>
      ))}
    </div>
  );
}

interface NamesProps extends Omit<TextsProps, "field" | "labels"> {}

/** A name in both languages, of which one will do. */
export function Names(props: NamesProps) {
  const { t } = useTranslation("setup");
  const labels = { vi: t("treatments.name.vi"), en: t("treatments.name.en") };
  return <Texts {...props} field="name" labels={labels} />;
}

/** Where something is sold. */
export function OfferedField({ value, onChange }: { value: Offered; onChange: (value: Offered) => void }) {
  const { t } = useTranslation("setup");
  return (
    <SelectField
      label={t("treatments.offered.label")}
      value={value}
      options={OFFERED.map((each) => ({ value: each, text: t(`treatments.offered.${each}`) }))}
      onChange={(next) => onChange(OFFERED.find((each) => each === next) ?? value)}
    />
  );
}

/** What a change leaves as it was. */
export function Kept({ children }: { children: string }) {
  return (
    <p className="flex gap-2 rounded-md bg-sunken px-3 py-2 text-sm">
      <ShieldCheck aria-hidden size={16} className="mt-px shrink-0 text-accent" />
      {children}
    </p>
  );
}
