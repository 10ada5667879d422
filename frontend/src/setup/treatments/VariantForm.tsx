/** A variant that is changed or added: its name, its price, and its segments with the bars that follow them. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import {
  createServiceVariant,
  type DeskService,
  type DeskVariant,
  type ResourceTypeRead,
  type Segment,
  updateServiceVariant,
} from "@/api/generated";
import { FormField } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { freeKey } from "../keys";
import { SettingsForm } from "../SettingsForm";
import { guestMinutes, totalOf } from "./bars";
import { useMenuChanged } from "./data";
import { Kept, Names } from "./fields";
import { keysOf, named, nextPosition, variantsOf } from "./menu";
import { SegmentBars } from "./SegmentBars";
import { SegmentRows } from "./SegmentRows";

interface Props {
  service: DeskService;
  /** Without one it is added, with the segments of the last one. */
  variant?: DeskVariant;
  types: readonly ResourceTypeRead[];
  onClose: () => void;
}

interface Values {
  name: { vi: string; en: string };
  price: number;
  segments: Segment[];
}

export function VariantForm({ service, variant, types, onClose }: Props) {
  const { t } = useTranslation("setup");
  const refresh = useMenuChanged();
  const like = variant ?? variantsOf(service, false).at(-1) ?? service.variants.at(-1);
  const saved: Values = {
    name: variant?.name ?? { vi: "", en: "" },
    price: like?.price ?? 0,
    segments: like?.segments ?? [{ minutes: 60, needs_staff: true, with_guest: true }],
  };
  const send = ({ name, price, segments }: Values, key: string) => {
    const body = { name: named(name), price, segments };
    if (variant !== undefined) return call(updateServiceVariant({ path: { variant_id: variant.id }, body }));
    const variantName = body.name?.vi ?? String(guestMinutes(segments));
    return call(
      createServiceVariant({
        path: { service_id: service.id },
        body: {
          ...body,
          key: freeKey(variantName, keysOf(service.variants)),
          position: nextPosition(service.variants),
        },
        headers: { "Idempotency-Key": key },
      }),
    );
  };
  return (
    <SettingsForm
      saved={saved}
      send={send}
      shownBy="variant"
      onCancel={onClose}
      onSaved={() => {
        refresh();
        onClose();
      }}
    >
      {({ values, set, errorOf }) => (
        <>
          <SegmentBars segments={values.segments} types={types} />
          <p role="status" className="text-muted">
            {t("treatments.totals", {
              guest: guestMinutes(values.segments),
              total: totalOf(values.segments),
            })}
          </p>
          <SegmentRows
            segments={values.segments}
            types={types}
            errorOf={errorOf}
            onChange={(segments) => set({ segments })}
          />
          <FormField label={t("treatments.priceLabel")} error={errorOf("price")}>
            {(input) => <MoneyInput {...input} value={values.price} onChange={(price) => set({ price })} />}
          </FormField>
          <Names
            value={values.name}
            hint={t("treatments.variantNameHint")}
            errorOf={errorOf}
            onChange={(name) => set({ name })}
          />
          {variant !== undefined && <Kept>{t("treatments.keeps.variant")}</Kept>}
        </>
      )}
    </SettingsForm>
  );
}
