/** The code of a gift card that was sold: it is shown once, for the guest to take along. */
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type GiftCardCode, makeGiftCardCode } from "@/api/generated";
import { Button } from "@/design/Button";

export function CardCode({ cardId }: { cardId: string }) {
  const { t } = useTranslation();
  const [code, setCode] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const make = useAction<string, GiftCardCode>({
    // A reload within the attempts brings the same code again.
    name: "gift-card-code",
    send: (id, key) =>
      call(makeGiftCardCode({ path: { gift_card_id: id }, headers: { "Idempotency-Key": key } })),
    onDone: (made) => setCode(made.code),
    onRefused: setError,
  });
  if (code !== null)
    return (
      <div role="status" className="mt-2 rounded-md bg-accent-soft px-3 py-2 text-accent">
        <p className="font-mono font-semibold text-xl tracking-wide" data-code>
          {code}
        </p>
        <p className="text-sm">{t("till.card.once")}</p>
      </div>
    );
  return (
    <div className="mt-2">
      <Button className="pointer-coarse:h-11" disabled={make.isRunning} onClick={() => make.run(cardId)}>
        <KeyRound aria-hidden size={16} />
        {t("till.card.make")}
      </Button>
      <p role="alert" className="mt-1 text-danger text-sm empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
    </div>
  );
}
