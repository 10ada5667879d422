/** The tax category of a service, an add-on or a product. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { SelectField } from "../fields";
import { taxesQuery } from "./data";
import { useTaxWords } from "./words";

interface Props {
  /** Null: none of its own. */
  value: string | null;
  error?: string | undefined;
  onChange: (value: string | null) => void;
  /** An add-on without a category has that of its service, anything else the default one. */
  isAddOn?: boolean;
}

export function TaxField({ value, error, onChange, isAddOn = false }: Props) {
  const { t } = useTranslation("setup");
  const words = useTaxWords();
  const { data: categories = [] } = useQuery(taxesQuery);
  const standard = categories.find(({ is_default }) => is_default);
  const none = isAddOn
    ? t("taxes.asService")
    : t("taxes.byDefault", { name: standard === undefined ? "" : words.category(standard) });
  return (
    <SelectField
      label={t("kind.tax_category")}
      error={error}
      value={value ?? ""}
      options={[
        { value: "", text: none },
        ...categories.map((category) => ({ value: category.id, text: words.category(category) })),
      ]}
      onChange={(chosen) => onChange(chosen === "" ? null : chosen)}
    />
  );
}
