/** The gift cards that a customer bought, and the balance of any card by its code. */
import { useQuery } from "@tanstack/react-query";
import { Gift, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type CustomerRead, listGiftCards } from "@/api/generated";
import { Button } from "@/design/Button";
import { GiftCardLookup } from "@/till/GiftCardLookup";
import { GiftCardRow } from "@/till/GiftCardRow";
import { CARD } from "./CustomerPage";

export function GiftCards({ customer }: { customer: CustomerRead }) {
  const { t } = useTranslation();
  const [isLooking, setLooking] = useState(false);
  const { data, error } = useQuery({
    queryKey: ["giftCards", "of", customer.id],
    queryFn: ({ signal }) => call(listGiftCards({ query: { customer_id: customer.id, limit: 50 }, signal })),
    staleTime: 0,
  });
  const cards = data?.items ?? [];
  return (
    <section aria-labelledby="gift-cards" className={CARD}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 id="gift-cards" className="font-semibold text-lg">
          {t("till.card.title")}
        </h2>
        <Button className="ml-auto pointer-coarse:h-11" onClick={() => setLooking(true)}>
          <Search aria-hidden size={16} />
          {t("till.card.lookUp")}
        </Button>
      </div>
      {error !== null && data === undefined && (
        <p role="alert" className="mt-2 text-danger">
          {sentenceOf(t, error)}
        </p>
      )}
      {data !== undefined && cards.length === 0 && (
        <p className="flex items-center gap-2.5 py-3 text-muted">
          <Gift aria-hidden size={18} />
          {t("till.card.none")}
        </p>
      )}
      <ul className="mt-2 divide-y divide-line empty:hidden">
        {cards.map((card) => (
          <li key={card.id} className="py-3">
            <GiftCardRow card={card} />
          </li>
        ))}
      </ul>
      {isLooking && <GiftCardLookup onClose={() => setLooking(false)} />}
    </section>
  );
}
