/** What is said of a treatment: its names, its category, where it is sold, its text, the add-ons that fit. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import {
  type Bilingual,
  createService,
  type DeskCatalogue,
  type DeskService,
  updateService,
} from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { SelectField } from "../fields";
import { freeKey } from "../keys";
import { Chip } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { TaxField } from "../taxes/TaxField";
import { toggled } from "../toggled";
import { useKeepService } from "./data";
import { Kept, Names, OfferedField, Texts } from "./fields";
import { keysOf, named, nextPosition } from "./menu";

interface Props {
  menu: DeskCatalogue;
  /** Without one it is added, to this category. */
  service?: DeskService;
  category?: string | undefined;
  onSaved?: (service: DeskService) => void;
  onCancel?: () => void;
}

interface Values
  extends Pick<DeskService, "name" | "category_id" | "offered" | "add_on_ids" | "tax_category_id"> {
  description: Bilingual;
}

export function ServiceForm({ menu, service, category, onSaved, onCancel }: Props) {
  const { t } = useTranslation("setup");
  const keep = useKeepService();
  const language = currentLanguage();
  const first = menu.categories.find(({ id }) => id === category) ?? menu.categories[0];
  const saved: Values = {
    name: service?.name ?? { vi: "", en: "" },
    category_id: service?.category_id ?? first?.id ?? "",
    offered: service?.offered ?? "online",
    description: { vi: service?.description.vi ?? "", en: service?.description.en ?? "" },
    add_on_ids: service?.add_on_ids ?? [],
    tax_category_id: service?.tax_category_id ?? null,
  };
  const send = (values: Values, key: string) => {
    const body = { ...values, name: named(values.name) ?? values.name };
    if (service !== undefined) return call(updateService({ path: { service_id: service.id }, body }));
    const others = menu.services.filter(({ category_id }) => category_id === values.category_id);
    return call(
      createService({
        body: { ...body, key: freeKey(body.name.vi, keysOf(menu.services)), position: nextPosition(others) },
        headers: { "Idempotency-Key": key },
      }),
    );
  };
  const addOns = menu.add_ons.filter(({ id, offered }) => offered !== "no" || saved.add_on_ids.includes(id));
  return (
    <SettingsForm
      saved={saved}
      send={send}
      {...(onCancel === undefined ? {} : { onCancel })}
      onSaved={(output) => {
        keep(output);
        onSaved?.(output);
      }}
    >
      {({ values, set, errorOf }) => (
        <>
          <Names value={values.name} isRequired errorOf={errorOf} onChange={(name) => set({ name })} />
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField
              label={t("treatments.category")}
              error={errorOf("category_id")}
              value={values.category_id}
              options={menu.categories.map(({ id, name }) => ({
                value: id,
                text: inLanguage(name, language),
              }))}
              onChange={(category_id) => set({ category_id })}
            />
            <OfferedField value={values.offered} onChange={(offered) => set({ offered })} />
            <TaxField
              value={values.tax_category_id}
              error={errorOf("tax_category_id")}
              onChange={(tax_category_id) => set({ tax_category_id })}
            />
          </div>
          <Texts
            field="description"
            labels={{ vi: t("treatments.description.vi"), en: t("treatments.description.en") }}
            hint={t("treatments.descriptionHint")}
            value={values.description}
            errorOf={errorOf}
            onChange={(description) => set({ description })}
          />
          {addOns.length > 0 && (
            <fieldset>
              <legend className="mb-1.5 font-medium">{t("treatments.addOns")}</legend>
              <div className="flex flex-wrap gap-1.5">
                {addOns.map(({ id, name }) => (
                  <Chip
                    key={id}
                    isOn={values.add_on_ids.includes(id)}
                    onToggle={() => set({ add_on_ids: toggled(values.add_on_ids, id, saved.add_on_ids) })}
                  >
                    {inLanguage(name, language)}
                  </Chip>
                ))}
              </div>
            </fieldset>
          )}
          {service !== undefined && (
            <Kept>
              {t(values.offered === "no" ? "treatments.keeps.retired" : "treatments.keeps.service")}
            </Kept>
          )}
        </>
      )}
    </SettingsForm>
  );
}
