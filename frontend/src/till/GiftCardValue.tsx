/** The value of a gift card that is sold. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CHIP } from "@/booking/styles";
import { Button } from "@/design/Button";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";

const USUAL = [200_000, 500_000, 1_000_000, 2_000_000];

interface Props {
  isBlocked: boolean;
  onValue: (value: number) => void;
  onBack: () => void;
}

export function GiftCardValue({ isBlocked, onValue, onBack }: Props) {
  const { t } = useTranslation();
  const [value, setValue] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value > 0) onValue(value);
    else input.current?.focus();
  };
  return (
    <form className="mt-3 flex flex-col gap-2 rounded-lg border border-line bg-surface p-3" onSubmit={submit}>
      <p className="font-medium">{t("till.giftValue")}</p>
      <div className="flex flex-wrap gap-1.5">
        {USUAL.map((usual) => (
          <button
            key={usual}
            type="button"
            className={`${CHIP} tabular`}
            disabled={isBlocked}
            onClick={() => onValue(usual)}
          >
            {money(usual)}
          </button>
        ))}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <MoneyInput
          aria-label={t("till.giftValue")}
          input={input}
          value={value}
          highest={1_000_000_000}
          onChange={setValue}
        />
        <Button type="submit" kind="primary" className="pointer-coarse:h-11" disabled={isBlocked}>
          {t("till.addGift")}
        </Button>
        <Button className="pointer-coarse:h-11" onClick={onBack}>
          {t("opened.back")}
        </Button>
      </div>
    </form>
  );
}
