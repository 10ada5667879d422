/** A gift card: one of the customer, or found by its code, typed or scanned. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { findGiftCard, type GiftCardRead } from "@/api/generated";
import { Button, buttonClass } from "@/design/Button";
import { FormField, INPUT, ignoreComposingEnter } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { type MethodProps, TakeButton } from "./Pay";
import { useCardsOf } from "./queries";

export function GiftCardForm({ bill, isBusy, onTake }: MethodProps) {
  const { t } = useTranslation();
  const { data: own = [] } = useCardsOf(bill.customer_id);
  const [code, setCode] = useState("");
  const [card, setCard] = useState<GiftCardRead | null>(null);
  const [asked, setAsked] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isFinding, setFinding] = useState(false);
  const find = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() === "" || isFinding) return;
    setError(null);
    setFinding(true);
    call(findGiftCard({ body: { code: code.trim() } }))
      .then(setCard, setError)
      .finally(() => setFinding(false));
  };
  if (card === null)
    return (
      <form className="flex flex-col gap-3" onSubmit={find} onKeyDown={ignoreComposingEnter}>
        {own.map((known) => (
          <button
            key={known.id}
            type="button"
            className={`${buttonClass()} h-11! justify-between`}
            onClick={() => setCard(known)}
          >
            <span>{t("till.card.endsWith", { last4: known.last4 ?? "" })}</span>
            <span className="tabular">{money(known.balance)}</span>
          </button>
        ))}
        <FormField label={t("till.card.code")} error={error === null ? undefined : sentenceOf(t, error)}>
          {(input) => (
            <input
              {...input}
              // biome-ignore lint/a11y/noAutofocus: it was asked for by the button before it
              autoFocus
              className={`${INPUT} font-mono tracking-wide`}
              maxLength={60}
              autoComplete="off"
              spellCheck={false}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </FormField>
        <Button type="submit" size="lg" className="justify-center" disabled={isFinding}>
          {t("till.card.find")}
        </Button>
      </form>
    );
  const most = Math.min(bill.due, card.balance);
  const amount = Math.min(asked ?? most, most);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy && amount > 0) onTake({ method: "gift_card", amount, gift_card_id: card.id });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <div className="flex items-center gap-3">
        <p className="mr-auto">
          {t("till.card.endsWith", { last4: card.last4 ?? "" })}
          <span className="tabular block text-muted">
            {t("till.card.balance", { amount: money(card.balance) })}
          </span>
        </p>
        <Button className="pointer-coarse:h-11" onClick={() => setCard(null)}>
          {t("till.card.other")}
        </Button>
      </div>
      <FormField label={t("till.amount")}>
        {(input) => (
          <MoneyInput {...input} width="w-full" highest={most} value={amount} onChange={setAsked} />
        )}
      </FormField>
      <TakeButton amount={amount} isBusy={isBusy} />
    </form>
  );
}
