/** A gift card: what is left of it, whether it is valid, what was paid with it, and what the desk does with a lost one. */
import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Gift, Lock, LockOpen } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import { type GiftCardRead, getGiftCard, lockGiftCard, unlockGiftCard } from "@/api/generated";
import { useDates } from "@/courses/useDates";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { useManages } from "@/shell/manages";

interface Props {
  card: GiftCardRead;
  /** It was locked or unlocked. */
  onChanged?: (card: GiftCardRead) => void;
}

export function GiftCardRow({ card, onChanged }: Props) {
  const { t } = useTranslation();
  const { today, dateOf } = useDates();
  const isManager = useManages(card.branch_id);
  const [isOpen, setOpen] = useState(false);
  const isLocked = card.locked_at !== null;
  const isOver = card.expires_on !== null && card.expires_on < today;
  const { run, isRunning } = useAction<boolean, GiftCardRead>({
    send: (locks) => {
      const path = { gift_card_id: card.id };
      return call(locks ? lockGiftCard({ path }) : unlockGiftCard({ path }));
    },
    onDone: (changed) => {
      void queryClient.invalidateQueries({ queryKey: ["giftCards"] });
      showDone(t(changed.locked_at === null ? "till.card.unlocked" : "till.card.locked"));
      onChanged?.(changed);
    },
  });
  return (
    <div data-gift-card={card.last4 ?? ""}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Gift aria-hidden size={18} className="shrink-0 text-muted" />
        <div className="min-w-40 flex-1">
          <p className="font-medium">
            {card.last4 === null ? t("till.card.noCode") : t("till.card.endsWith", { last4: card.last4 })}
          </p>
          <p className={`tabular text-sm ${isOver ? "text-warning" : "text-muted"}`}>
            {card.expires_on === null
              ? t("courses.noEnd")
              : t(isOver ? "courses.ended" : "courses.ends", { date: dateOf(card.expires_on) })}
          </p>
        </div>
        <p className="text-right">
          <span className="tabular block font-semibold text-lg leading-tight">{money(card.balance)}</span>
          <span className="tabular block text-muted text-sm">
            {t("till.card.of", { amount: money(card.value) })}
          </span>
        </p>
      </div>
      <div aria-hidden className="mt-2 h-1.5 overflow-hidden rounded-full bg-sunken">
        <div className="h-full bg-accent" style={{ width: `${(100 * card.balance) / card.value}%` }} />
      </div>
      {isLocked && (
        <p className="mt-2 flex items-center gap-2 text-warning">
          <Lock aria-hidden size={15} className="shrink-0" />
          {t("till.card.isLocked", { date: dateOf(card.locked_at?.slice(0, 10) ?? today) })}
        </p>
      )}
      <div className="mt-1 -mb-1 flex flex-wrap items-center gap-2">
        <Button
          kind="quiet"
          aria-expanded={isOpen}
          className="-ml-2.5 px-2.5! pointer-coarse:h-11"
          onClick={() => setOpen(!isOpen)}
        >
          <ChevronRight
            aria-hidden
            size={16}
            className={`text-muted transition-transform ${isOpen ? "rotate-90" : ""}`}
          />
          {t("courses.history")}
        </Button>
        {!isLocked && card.balance > 0 && (
          <Button
            kind="quiet"
            className="ml-auto pointer-coarse:h-11"
            disabled={isRunning}
            onClick={() => run(true)}
          >
            <Lock aria-hidden size={16} />
            {t("till.card.lock")}
          </Button>
        )}
        {isLocked && isManager && (
          <Button className="ml-auto pointer-coarse:h-11" disabled={isRunning} onClick={() => run(false)}>
            <LockOpen aria-hidden size={16} />
            {t("till.card.unlock")}
          </Button>
        )}
      </div>
      {isOpen && <Entries card={card} />}
    </div>
  );
}

function Entries({ card }: { card: GiftCardRead }) {
  const { t } = useTranslation();
  const { momentOf } = useDates();
  const { data } = useQuery({
    queryKey: ["giftCards", "entries", card.id, card.balance],
    queryFn: ({ signal }) => call(getGiftCard({ path: { gift_card_id: card.id }, signal })),
    staleTime: 0,
  });
  if (data === undefined) return <div aria-hidden className="h-12 animate-pulse rounded-sm bg-line" />;
  return (
    <ol aria-label={t("courses.history")} className="divide-y divide-line border-line border-t text-sm">
      {[...data.entries].reverse().map((entry) => (
        <li key={entry.id} className="flex flex-wrap gap-x-4 py-1.5">
          <span className="tabular text-muted">{momentOf(entry.created_at)}</span>
          <span className="min-w-0 flex-1">{t(`till.card.kinds.${entry.kind}`)}</span>
          <span className="tabular font-medium">{money(entry.amount)}</span>
        </li>
      ))}
    </ol>
  );
}
