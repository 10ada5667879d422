/** A product beside the list: its stock in the branch, and for the owner what is said of it. */
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { type BranchRead, createProduct, type ProductRead, updateProduct } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { FormField } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { TextField } from "../fields";
import { freeKey } from "../keys";
import { SettingsForm } from "../SettingsForm";
import { TaxField } from "../taxes/TaxField";
import { Kept, Names } from "../treatments/fields";
import { keysOf, named, nextPosition } from "../treatments/menu";
import { useProductsChanged } from "./data";
import { StockPart } from "./StockPart";

interface Props {
  branch: BranchRead;
  products: ProductRead[];
  /** Without it a new one. */
  product?: ProductRead;
  onClose: () => void;
}

export function ProductPanel({ branch, products, product, onClose }: Props) {
  const { t } = useTranslation("setup");
  const { isAdmin } = useRights();
  return (
    <SidePanel
      title={product === undefined ? t("products.new") : inLanguage(product.name, currentLanguage())}
      {...(product && { subtitle: money(product.price) })}
      onClose={onClose}
    >
      <div className="flex flex-col gap-6 px-4 pb-6">
        {product && product.retired_at === null && <StockPart branch={branch} product={product} />}
        {isAdmin && (
          <section className={product === undefined ? "" : "border-line border-t pt-4"}>
            {product && <h3 className="mb-3 font-semibold">{t("products.about")}</h3>}
            <About products={products} {...(product && { product })} onClose={onClose} />
          </section>
        )}
        {isAdmin && product && <Sale product={product} />}
      </div>
    </SidePanel>
  );
}

function About({ products, product, onClose }: Omit<Props, "branch">) {
  const { t } = useTranslation("setup");
  const onChanged = useProductsChanged();
  const saved = {
    name: product?.name ?? { vi: "", en: "" },
    price: product?.price ?? 0,
    sku: product?.sku ?? "",
    tax: product?.tax_category_id ?? null,
  };
  return (
    <SettingsForm
      saved={saved}
      shownBy="open"
      send={(values, key) => {
        const name = named(values.name) ?? values.name;
        const sku = values.sku.trim();
        const body = { name, price: values.price, sku: sku === "" ? null : sku, tax_category_id: values.tax };
        return product === undefined
          ? call(
              createProduct({
                body: { ...body, key: freeKey(name.vi, keysOf(products)), position: nextPosition(products) },
                headers: { "Idempotency-Key": key },
              }),
            )
          : call(updateProduct({ path: { product_id: product.id }, body }));
      }}
      onSaved={() => {
        onChanged();
        if (product === undefined) onClose();
      }}
      {...(product === undefined ? { submit: t("branches.add"), onCancel: onClose } : {})}
    >
      {({ values, set, errorOf }) => (
        <>
          <Names value={values.name} isRequired errorOf={errorOf} onChange={(name) => set({ name })} />
          <FormField
            label={t("treatments.priceLabel")}
            hint={t("products.priceHint")}
            error={errorOf("price")}
          >
            {(input) => <MoneyInput {...input} value={values.price} onChange={(price) => set({ price })} />}
          </FormField>
          <TextField
            label={t("products.sku")}
            hint={t("products.skuHint")}
            error={errorOf("sku")}
            value={values.sku}
            maxLength={50}
            autoComplete="off"
            onChange={(sku) => set({ sku })}
          />
          <TaxField value={values.tax} error={errorOf("tax_category_id")} onChange={(tax) => set({ tax })} />
          {product && <Kept>{t("products.keeps")}</Kept>}
        </>
      )}
    </SettingsForm>
  );
}

/** The end of its sale, or the return to it. */
function Sale({ product: { id, name, retired_at } }: { product: ProductRead }) {
  const { t } = useTranslation("setup");
  const onChanged = useProductsChanged();
  const isRetired = retired_at !== null;
  const { run, isRunning } = useAction({
    send: (retired: boolean) => call(updateProduct({ path: { product_id: id }, body: { retired } })),
    onDone: () => {
      const text = isRetired ? "products.restoredNow" : "products.retiredNow";
      showDone(t(text, { name: inLanguage(name, currentLanguage()) }));
      onChanged();
    },
  });
  const action = t(isRetired ? "products.restore" : "products.retire");
  return (
    <section className="border-line border-t pt-4">
      <h3 className="font-semibold">{action}</h3>
      <p className="mt-1 mb-3 text-muted">{t(isRetired ? "products.restoreHint" : "products.retireHint")}</p>
      <Button disabled={isRunning} className="pointer-coarse:h-11" onClick={() => run(!isRetired)}>
        {action}
      </Button>
    </section>
  );
}
