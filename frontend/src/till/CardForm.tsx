/** A card terminal: the amount, and the number on its slip. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { FormField, INPUT, ignoreComposingEnter } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { type MethodProps, TakeButton } from "./Pay";

export function CardForm({ bill, isBusy, onTake }: MethodProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<number | null>(null);
  const [reference, setReference] = useState("");
  const amount = Math.min(asked ?? bill.due, bill.due);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const slip = reference.trim();
    if (!isBusy && amount > 0)
      onTake({ method: "card", amount, ...(slip === "" ? {} : { reference: slip }) });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit} onKeyDown={ignoreComposingEnter}>
      <div className="grid grid-cols-2 gap-3">
        <FormField label={t("till.amount")}>
          {(input) => (
            <MoneyInput {...input} width="w-full" highest={bill.due} value={amount} onChange={setAsked} />
          )}
        </FormField>
        <FormField label={t("till.slip")}>
          {(input) => (
            <input
              {...input}
              className={INPUT}
              maxLength={50}
              autoComplete="off"
              value={reference}
              onChange={(event) => setReference(event.target.value)}
            />
          )}
        </FormField>
      </div>
      <TakeButton amount={amount} isBusy={isBusy} />
    </form>
  );
}
