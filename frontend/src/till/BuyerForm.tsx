/** Who the VAT invoice names, for guests who want one for their company. */
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Buyer } from "@/api/generated";
import { Button } from "@/design/Button";
import { FormField, focusFirstError, INPUT, ignoreComposingEnter } from "@/design/FormField";

/** As the API has it: a company, a branch of one, or the number of an identity card. */
const TAX_CODE = /^\d{10}(-\d{3})?$|^\d{12}$/;

interface Props {
  buyer: Buyer | null;
  isBlocked: boolean;
  onBuyer: (buyer: Buyer | null) => void;
}

export function BuyerForm({ buyer, isBlocked, onBuyer }: Props) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState({
    name: buyer?.name ?? "",
    taxCode: buyer?.tax_code ?? "",
    address: buyer?.address ?? "",
    email: buyer?.email ?? "",
  });
  const [isChecked, setChecked] = useState(false);
  const errors = {
    name: values.name.trim() === "" ? t("till.buyer.nameMissing") : undefined,
    taxCode:
      values.taxCode.trim() === "" || TAX_CODE.test(values.taxCode.trim())
        ? undefined
        : t("till.buyer.taxCodeWrong"),
    address: undefined,
    email:
      values.email.trim() === "" || /^\S+@\S+\.\S+$/.test(values.email.trim())
        ? undefined
        : t("till.buyer.emailWrong"),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (Object.values(errors).some(Boolean)) {
      requestAnimationFrame(() => focusFirstError(form.current));
      return;
    }
    onBuyer({
      name: values.name.trim(),
      tax_code: values.taxCode.trim() || null,
      address: values.address.trim() || null,
      email: values.email.trim() || null,
    });
  };
  return (
    <form
      ref={form}
      className="flex flex-col gap-3"
      noValidate
      onSubmit={submit}
      onKeyDown={ignoreComposingEnter}
    >
      {(["name", "taxCode", "address", "email"] as const).map((name) => (
        <FormField key={name} label={t(`till.buyer.${name}`)} error={isChecked ? errors[name] : undefined}>
          {(input) => (
            <input
              {...input}
              className={INPUT}
              value={values[name]}
              maxLength={name === "address" ? 300 : 200}
              autoComplete="off"
              onChange={(event) => setValues({ ...values, [name]: event.target.value })}
            />
          )}
        </FormField>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" className="pointer-coarse:h-11" disabled={isBlocked}>
          {t("opened.save")}
        </Button>
        {buyer !== null && (
          <Button className="pointer-coarse:h-11" disabled={isBlocked} onClick={() => onBuyer(null)}>
            {t("till.buyer.drop")}
          </Button>
        )}
      </div>
    </form>
  );
}
