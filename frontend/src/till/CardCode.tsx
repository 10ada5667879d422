/** The code of a gift card that was sold: it is shown once, for the guest to take along. A card that has one gets a new code
    from an administrator alone, and the old one opens nothing any more. */

import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type GiftCardCode, getGiftCard, makeGiftCardCode } from "@/api/generated";
import { useHolds } from "@/card/useHolds";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";

export function CardCode({ cardId, branchId }: { cardId: string; branchId: string }) {
  const { t } = useTranslation();
  const isAdmin = useHolds(branchId, "admin");
  const [isAsked, setAsked] = useState(false);
  const { data: card } = useQuery({
    queryKey: ["gift-card", cardId],
    queryFn: ({ signal }) => call(getGiftCard({ path: { gift_card_id: cardId }, signal })),
    staleTime: 0,
  });
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
  const last4 = card?.last4 ?? null;
  return (
    <div className="mt-2">
      {last4 !== null && <p className="text-muted text-sm">{t("till.card.has", { last4 })}</p>}
      {card !== undefined && (last4 === null || isAdmin) && (
        <Button
          className="pointer-coarse:h-11"
          disabled={make.isRunning}
          onClick={() => (last4 === null ? make.run(cardId) : setAsked(true))}
        >
          <KeyRound aria-hidden size={16} />
          {t(last4 === null ? "till.card.make" : "till.card.makeNew")}
        </Button>
      )}
      <ConfirmDialog
        isOpen={isAsked}
        title={t("till.card.askNew", { last4 })}
        confirm={t("till.card.makeNew")}
        back={t("opened.back")}
        onConfirm={() => {
          setAsked(false);
          make.run(cardId);
        }}
        onBack={() => setAsked(false)}
      >
        <p>{t("till.card.askNewText")}</p>
      </ConfirmDialog>
      <p role="alert" className="mt-1 text-danger text-sm empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
    </div>
  );
}
