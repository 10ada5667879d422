/** Cash: what is taken, what the guest hands over, and the change. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { CHIP } from "@/booking/styles";
import { FormField } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { cashPayment, likelyTendered } from "./cash";
import { type MethodProps, TakeButton } from "./Pay";

const HIGHEST = 9_999_999_999;

export function CashForm({ bill, isBusy, onTake }: MethodProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<number | null>(null);
  const [tendered, setTendered] = useState(0);
  const { amount, missing, change } = cashPayment(bill.due, asked ?? bill.due, tendered);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || amount === 0) return;
    onTake({ method: "cash", amount, ...(tendered === 0 ? {} : { tendered }) });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <div className="grid grid-cols-2 gap-3">
        <FormField label={t("till.amount")}>
          {(input) => (
            <MoneyInput
              {...input}
              width="w-full"
              highest={HIGHEST}
              value={asked ?? bill.due}
              onChange={(sum) => {
                // More than is due is what the guest hands over.
                setAsked(Math.min(sum, bill.due));
                if (sum > bill.due) setTendered(sum);
              }}
            />
          )}
        </FormField>
        <FormField label={t("till.tendered")}>
          {(input) => (
            <MoneyInput
              {...input}
              width="w-full"
              highest={HIGHEST}
              placeholder={money(Math.min(asked ?? bill.due, bill.due)).slice(0, -1)}
              value={tendered}
              onChange={setTendered}
            />
          )}
        </FormField>
      </div>
      <div className="flex flex-wrap gap-1.5">
        <button type="button" className={CHIP} aria-pressed={tendered === 0} onClick={() => setTendered(0)}>
          {t("till.exact")}
        </button>
        {likelyTendered(Math.min(asked ?? bill.due, bill.due)).map((sum) => (
          <button
            key={sum}
            type="button"
            className={`${CHIP} tabular`}
            aria-pressed={tendered === sum}
            onClick={() => setTendered(sum)}
          >
            {money(sum)}
          </button>
        ))}
      </div>
      <div role="status" className="flex flex-col gap-1">
        {change > 0 && (
          <p className="flex items-baseline justify-between rounded-md bg-accent-soft px-3 py-2 text-accent">
            <span className="font-medium">{t("till.change")}</span>
            <span className="tabular font-semibold text-3xl" data-change>
              {money(change)}
            </span>
          </p>
        )}
        {missing > 0 && amount > 0 && (
          <p className="tabular text-warning">{t("till.leftAfter", { amount: money(missing) })}</p>
        )}
      </div>
      <TakeButton amount={amount} isBusy={isBusy} />
    </form>
  );
}
