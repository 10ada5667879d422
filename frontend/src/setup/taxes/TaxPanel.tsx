/** A tax category that is added or changed: its names, its rates by day, and whether it is the default. */
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import {
  type Bilingual,
  createTaxCategory,
  setTaxRates,
  type TaxCategoryRead,
  updateTaxCategory,
} from "@/api/generated";
import { addDays } from "@/board/time";
import { SidePanel } from "@/card/SidePanel";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { TextField } from "../fields";
import { freeKey } from "../keys";
import { Switch } from "../parts";
import { percentOf, readPercent } from "../percent";
import { SettingsForm } from "../SettingsForm";
import { Kept, Names } from "../treatments/fields";
import { keysOf, named } from "../treatments/menu";
import { useTaxesChanged } from "./data";
import { today } from "./words";

/** What is a number here: the browser sends nothing else. */
const PERCENT = "\\s*\\d{1,3}([.,]\\d{1,2})?\\s*%?\\s*";

interface Row {
  /** Tells the rows apart while they are typed. */
  id: number;
  day: string;
  /** As it is typed, such as `8,5`. */
  percent: string;
}

interface Values {
  name: Bilingual;
  rows: Row[];
  isDefault: boolean;
}

interface Props {
  categories: TaxCategoryRead[];
  /** Without it a new one. */
  category?: TaxCategoryRead;
  onClose: () => void;
}

export function TaxPanel({ categories, category, onClose }: Props) {
  const { t } = useTranslation("setup");
  const onChanged = useTaxesChanged();
  const language = currentLanguage();
  const rates = category?.rates ?? [{ from_day: today(), rate: 800 }];
  const saved: Values = {
    name: category?.name ?? { vi: "", en: "" },
    rows: rates.map(({ from_day, rate }, id) => ({ id, day: from_day, percent: percentOf(rate, language) })),
    isDefault: category?.is_default ?? false,
  };
  // Sent again after a lost answer it changes nothing more: each request says all that it wants.
  const send = async (values: Values, key: string) => {
    const name = named(values.name) ?? values.name;
    const typed = values.rows.map(({ day, percent }) => ({ from_day: day, rate: readPercent(percent) ?? 0 }));
    if (category === undefined) {
      const body = {
        key: freeKey(name.vi, keysOf(categories)),
        name,
        rates: typed,
        is_default: values.isDefault,
      };
      return call(createTaxCategory({ body, headers: { "Idempotency-Key": key } }));
    }
    const path = { tax_category_id: category.id };
    await call(setTaxRates({ path, body: { rates: typed } }));
    return call(
      updateTaxCategory({ path, body: { name, ...(values.isDefault ? { is_default: true as const } : {}) } }),
    );
  };
  return (
    <SidePanel
      title={category === undefined ? t("taxes.new") : inLanguage(category.name, language)}
      onClose={onClose}
    >
      <div className="p-4 pt-1">
        <SettingsForm
          saved={saved}
          send={send}
          shownBy="open"
          onCancel={onClose}
          onSaved={() => {
            onChanged();
            onClose();
          }}
        >
          {({ values, set, errorOf }) => (
            <>
              <Names value={values.name} isRequired errorOf={errorOf} onChange={(name) => set({ name })} />
              <Rates rows={values.rows} errorOf={errorOf} onChange={(rows) => set({ rows })} />
              {category?.is_default === true ? (
                <p className="text-muted">{t("taxes.isDefault")}</p>
              ) : (
                <Switch
                  label={t("taxes.makeDefault")}
                  isOn={values.isDefault}
                  onChange={(isDefault) => set({ isDefault })}
                />
              )}
              {category !== undefined && <Kept>{t("taxes.keeps")}</Kept>}
            </>
          )}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}

interface RatesProps {
  rows: Row[];
  errorOf: (field: string) => string | undefined;
  onChange: (rows: Row[]) => void;
}

function Rates({ rows, errorOf, onChange }: RatesProps) {
  const { t } = useTranslation("setup");
  const change = (id: number, part: Partial<Row>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const add = () => {
    const last = rows.at(-1);
    const day = last === undefined || last.day < today() ? today() : addDays(last.day, 1);
    onChange([...rows, { id: Math.max(-1, ...rows.map(({ id }) => id)) + 1, day, percent: "" }]);
  };
  return (
    <fieldset>
      <legend className="font-medium">{t("taxes.rates")}</legend>
      <p className="mb-2 text-muted text-sm">{t("taxes.ratesHint")}</p>
      <ul className="flex flex-col gap-3">
        {rows.map((row, index) => (
          <li key={row.id} className="flex items-start gap-2">
            <div className="grid min-w-0 flex-1 grid-cols-[1fr_6rem] gap-2">
              <TextField
                type="date"
                label={t("taxes.fromDay")}
                error={errorOf(`rates.${index}.from_day`)}
                value={row.day}
                min="2000-01-01"
                max="2100-12-31"
                required
                onChange={(day) => change(row.id, { day })}
              />
              <TextField
                label={t("taxes.rate")}
                error={
                  row.percent !== "" && readPercent(row.percent) === null
                    ? t("taxes.wrongRate")
                    : errorOf(`rates.${index}.rate`)
                }
                value={row.percent}
                inputMode="decimal"
                autoComplete="off"
                maxLength={7}
                pattern={PERCENT}
                required
                className="text-right tabular"
                onChange={(percent) => change(row.id, { percent })}
              />
            </div>
            <Button
              kind="quiet"
              size="icon"
              className="mt-6.5 text-muted pointer-coarse:size-11"
              disabled={rows.length === 1}
              aria-label={t("taxes.remove", { number: index + 1 })}
              onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
            >
              <Trash2 aria-hidden size={16} />
            </Button>
          </li>
        ))}
      </ul>
      {errorOf("rates") !== undefined && <p className="mt-1 text-danger">{errorOf("rates")}</p>}
      <Button kind="quiet" className="mt-2 text-muted pointer-coarse:h-11" onClick={add}>
        <Plus aria-hidden size={16} />
        {t("taxes.addRate")}
      </Button>
    </fieldset>
  );
}
