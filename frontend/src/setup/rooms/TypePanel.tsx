/** A type of bed or device: its names, and for a new one, which of both it is. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import {
  createResourceType,
  type ResourceTypeRead,
  type TypeKind,
  updateResourceType,
} from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { SelectField, TextField } from "../fields";
import { freeKey } from "../keys";
import { SettingsForm } from "../SettingsForm";
import { useOpen, usePlacesChanged } from "./data";

interface Props {
  types: ResourceTypeRead[];
  /** Without it a new one. */
  type?: ResourceTypeRead;
}

export function TypePanel({ types, type }: Props) {
  const { t } = useTranslation("setup");
  const { close } = useOpen();
  const onChanged = usePlacesChanged();
  const taken = new Set(types.map(({ key }) => key));
  const saved: { kind: TypeKind; vi: string; en: string } = {
    kind: type?.kind ?? "bed",
    vi: type?.name.vi ?? "",
    en: type?.name.en ?? "",
  };
  const title = type === undefined ? t("rooms.addType") : inLanguage(type.name, currentLanguage());
  return (
    <SidePanel title={title} {...(type && { subtitle: t(`rooms.kind.${type.kind}`) })} onClose={close}>
      <div className="px-4 pb-4">
        <SettingsForm
          shownBy="open"
          saved={saved}
          {...(type === undefined ? { submit: t("branches.add") } : {})}
          send={({ kind, vi, en }, key) => {
            // A name in one language will do.
            const name = { vi: vi.trim() || en.trim(), en: en.trim() || vi.trim() };
            return type === undefined
              ? call(
                  createResourceType({
                    body: { kind, name, key: freeKey(name.vi, taken) },
                    headers: { "Idempotency-Key": key },
                  }),
                )
              : call(updateResourceType({ path: { type_id: type.id }, body: { name } }));
          }}
          onSaved={() => {
            onChanged();
            close();
          }}
          onCancel={close}
        >
          {({ values, set, errorOf }) => (
            <>
              {type === undefined && (
                <SelectField
                  label={t("rooms.kind.label")}
                  hint={t("rooms.kind.hint")}
                  value={values.kind}
                  options={(["bed", "device"] as const).map((kind) => ({
                    value: kind,
                    text: t(`rooms.kind.${kind}`),
                  }))}
                  onChange={(kind) => set({ kind: kind === "device" ? "device" : "bed" })}
                />
              )}
              <TextField
                label={t("treatments.name.vi")}
                error={errorOf("name.vi")}
                value={values.vi}
                maxLength={200}
                required={values.en.trim() === ""}
                onChange={(vi) => set({ vi })}
              />
              <TextField
                label={t("treatments.name.en")}
                error={errorOf("name.en")}
                value={values.en}
                maxLength={200}
                onChange={(en) => set({ en })}
              />
            </>
          )}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
