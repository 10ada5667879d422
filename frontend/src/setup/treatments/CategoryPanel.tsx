/** A category that is added or renamed. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { createServiceCategory, type DeskCatalogue, updateServiceCategory } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { freeKey } from "../keys";
import { SettingsForm } from "../SettingsForm";
import { useMenuChanged } from "./data";
import { Names } from "./fields";
import { keysOf, named, nextPosition } from "./menu";

interface Props {
  /** `new`: it is added. */
  id: string;
  menu: DeskCatalogue;
  onClose: () => void;
}

export function CategoryPanel({ id, menu: { categories }, onClose }: Props) {
  const { t } = useTranslation("setup");
  const refresh = useMenuChanged();
  const category = categories.find((each) => each.id === id);
  const saved = { name: category?.name ?? { vi: "", en: "" } };
  const send = (values: typeof saved, idempotencyKey: string) => {
    const name = named(values.name) ?? values.name;
    if (category !== undefined)
      return call(updateServiceCategory({ path: { category_id: id }, body: { name } }));
    const key = freeKey(name.vi, keysOf(categories));
    const body = { name, key, position: nextPosition(categories) };
    return call(createServiceCategory({ body, headers: { "Idempotency-Key": idempotencyKey } }));
  };
  return (
    <SidePanel
      title={
        category === undefined ? t("treatments.newCategory") : inLanguage(category.name, currentLanguage())
      }
      onClose={onClose}
    >
      <div className="p-4 pt-1">
        <SettingsForm
          saved={saved}
          send={send}
          shownBy="category"
          onCancel={onClose}
          onSaved={() => {
            refresh();
            onClose();
          }}
        >
          {({ values, set, errorOf }) => (
            <Names value={values.name} isRequired errorOf={errorOf} onChange={(name) => set({ name })} />
          )}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
