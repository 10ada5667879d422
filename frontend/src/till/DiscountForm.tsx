/** A discount in đồng or in percent: the usual ones by one tap, any other one typed. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { CHIP } from "@/booking/styles";
import { useHolds } from "@/card/useHolds";
import { Segments } from "@/customers/Segments";
import { Button } from "@/design/Button";
import { ignoreComposingEnter } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { type Discount, discountOf, NO_DISCOUNT } from "./bill";

const USUAL = [5, 10, 15, 20];

interface Props {
  branch: BranchRead;
  label: string;
  value: Discount;
  isBlocked: boolean;
  onApply: (discount: Discount) => void;
}

export function DiscountForm({ branch, label, value, isBlocked, onApply }: Props) {
  const { t } = useTranslation();
  const isAdmin = useHolds(branch.id, "admin");
  // More than a receptionist may give is refused: it is not offered.
  const usual = USUAL.filter((percent) => isAdmin || percent <= branch.discount_limit);
  const [isPercent, setPercent] = useState(value.discount_amount === 0);
  const [typed, setTyped] = useState(value.discount_amount || value.discount_percent);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    onApply(discountOf(typed, isPercent));
  };
  const has = value.discount_amount > 0 || value.discount_percent > 0;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-muted text-sm">{label}</legend>
      <div className="flex flex-wrap gap-1.5">
        {usual.map((percent) => (
          <button
            key={percent}
            type="button"
            className={`${CHIP} tabular`}
            aria-pressed={value.discount_percent === percent}
            disabled={isBlocked}
            onClick={() => {
              setPercent(true);
              setTyped(percent);
              onApply(discountOf(percent, true));
            }}
          >
            {t("till.percent", { percent })}
          </button>
        ))}
        {has && (
          <button
            type="button"
            className={CHIP}
            disabled={isBlocked}
            onClick={() => {
              setTyped(0);
              onApply(NO_DISCOUNT);
            }}
          >
            {t("till.noDiscount")}
          </button>
        )}
      </div>
      <form className="flex flex-wrap items-center gap-2" onSubmit={apply} onKeyDown={ignoreComposingEnter}>
        <Segments
          label={t("till.discountUnit")}
          value={isPercent ? "percent" : "amount"}
          options={{ amount: money(0).slice(1), percent: "%" }}
          onValue={(unit) => {
            setPercent(unit === "percent");
            setTyped(0);
          }}
        />
        {isPercent ? (
          <span className="flex items-center gap-2">
            <input
              aria-label={label}
              className="h-9 w-16 rounded-md border border-line-strong bg-surface px-3 text-right pointer-coarse:h-11"
              inputMode="numeric"
              autoComplete="off"
              placeholder="0"
              value={typed === 0 ? "" : typed}
              onChange={(event) => setTyped(Math.min(Number(event.target.value.replace(/\D/g, "")), 100))}
            />
            <span aria-hidden>%</span>
          </span>
        ) : (
          <MoneyInput aria-label={label} value={typed} onChange={setTyped} />
        )}
        <Button type="submit" className="pointer-coarse:h-11" disabled={isBlocked}>
          {t("till.apply")}
        </Button>
      </form>
    </fieldset>
  );
}
