/** An add-on that is added or changed, with the treatments that it fits. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { createAddOn, type DeskAddOn, type DeskCatalogue, updateAddOn, updateService } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { FormField, INPUT } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { freeKey } from "../keys";
import { Chip } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { TaxField } from "../taxes/TaxField";
import { useMenuChanged } from "./data";
import { Kept, Names, OfferedField } from "./fields";
import { keysOf, named, nextPosition, sectionsOf } from "./menu";

const MINUTES = [0, 5, 10, 15, 20, 30, 45, 60];

interface Props {
  /** `new`: it is added. */
  id: string;
  menu: DeskCatalogue;
  onClose: () => void;
}

interface Values extends Pick<DeskAddOn, "name" | "minutes" | "price" | "offered" | "tax_category_id"> {
  /** The treatments that it fits, in the order of the catalogue. */
  fits: string[];
}

export function AddOnPanel({ id, menu, onClose }: Props) {
  const { t } = useTranslation("setup");
  const refresh = useMenuChanged();
  const language = currentLanguage();
  const addOn = menu.add_ons.find((each) => each.id === id);
  const saved: Values = {
    name: addOn?.name ?? { vi: "", en: "" },
    minutes: addOn?.minutes ?? 15,
    price: addOn?.price ?? 0,
    offered: addOn?.offered ?? "online",
    tax_category_id: addOn?.tax_category_id ?? null,
    fits: menu.services.filter((service) => service.add_on_ids.includes(id)).map((service) => service.id),
  };
  // Sent again after a lost answer it changes nothing more: the add-on has its key, and the treatments say all they have.
  const send = async ({ fits, ...values }: Values, idempotencyKey: string) => {
    const body = { ...values, name: named(values.name) ?? values.name };
    const key = freeKey(body.name.vi, keysOf(menu.add_ons));
    const { id: addOnId } =
      addOn === undefined
        ? await call(
            createAddOn({
              body: { ...body, key, position: nextPosition(menu.add_ons) },
              headers: { "Idempotency-Key": idempotencyKey },
            }),
          )
        : await call(updateAddOn({ path: { add_on_id: id }, body }));
    for (const service of menu.services) {
      const others = service.add_on_ids.filter((each) => each !== addOnId);
      const add_on_ids = fits.includes(service.id) ? [...others, addOnId] : others;
      if (add_on_ids.length !== service.add_on_ids.length)
        await call(updateService({ path: { service_id: service.id }, body: { add_on_ids } }));
    }
  };
  return (
    <SidePanel
      title={addOn === undefined ? t("treatments.newAddOn") : inLanguage(addOn.name, language)}
      onClose={onClose}
    >
      <div className="p-4 pt-1">
        <SettingsForm
          saved={saved}
          send={send}
          shownBy="addOn"
          onCancel={onClose}
          onSaved={() => {
            refresh();
            onClose();
          }}
        >
          {({ values, set, errorOf }) => (
            <>
              <Names value={values.name} isRequired errorOf={errorOf} onChange={(name) => set({ name })} />
              <div className="flex flex-wrap gap-4">
                <FormField label={t("treatments.addedMinutes")} error={errorOf("minutes")}>
                  {(input) => (
                    <select
                      {...input}
                      className={`${INPUT} w-auto!`}
                      value={values.minutes}
                      onChange={(event) => set({ minutes: Number(event.target.value) })}
                    >
                      {[...new Set([...MINUTES, values.minutes])]
                        .sort((one, other) => one - other)
                        .map((count) => (
                          <option key={count} value={count}>
                            {t("minutes", { count })}
                          </option>
                        ))}
                    </select>
                  )}
                </FormField>
                <FormField label={t("treatments.priceLabel")} error={errorOf("price")}>
                  {(input) => (
                    <MoneyInput {...input} value={values.price} onChange={(price) => set({ price })} />
                  )}
                </FormField>
              </div>
              <OfferedField value={values.offered} onChange={(offered) => set({ offered })} />
              <TaxField
                isAddOn
                value={values.tax_category_id}
                error={errorOf("tax_category_id")}
                onChange={(tax_category_id) => set({ tax_category_id })}
              />
              <fieldset className="flex flex-col gap-3">
                <legend className="mb-1 font-medium">{t("treatments.fitsLabel")}</legend>
                {sectionsOf(menu, "", false)
                  .filter(({ services }) => services.length > 0)
                  .map(({ category, services }) => (
                    <div key={category.id}>
                      <p className="mb-1 text-muted text-sm">{inLanguage(category.name, language)}</p>
                      <div className="flex flex-wrap gap-1.5">
                        {services.map((service) => (
                          <Chip
                            key={service.id}
                            isOn={values.fits.includes(service.id)}
                            onToggle={() =>
                              set({
                                fits: menu.services
                                  .map((each) => each.id)
                                  .filter((each) => values.fits.includes(each) !== (each === service.id)),
                              })
                            }
                          >
                            {inLanguage(service.name, language)}
                          </Chip>
                        ))}
                      </div>
                    </div>
                  ))}
              </fieldset>
              {addOn !== undefined && <Kept>{t("treatments.keeps.addOn")}</Kept>}
            </>
          )}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
