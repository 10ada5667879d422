/** How bills are paid. */
import { Banknote, CreditCard, Gift, HandCoins, Layers, type LucideIcon, QrCode } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { unanswered } from "@/actions/unanswered";
import { type Action, useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import { ApiError } from "@/api/errors";
import { type PaymentInput, type PaymentRead, type SaleRead, takePayments } from "@/api/generated";
import { keepBill, saleKey } from "./queries";

export type Method = PaymentRead["method"];

export const METHOD_ICONS: Record<Method, LucideIcon> = {
  cash: Banknote,
  transfer: QrCode,
  card: CreditCard,
  gift_card: Gift,
  course: Layers,
  deposit: HandCoins,
};

/** What a person chooses from; the others come from elsewhere. */
export const METHODS = ["cash", "transfer", "card", "gift_card"] as const satisfies Method[];

interface Input {
  saleId: string;
  payments: PaymentInput[];
}

export interface Taking extends Pick<Action<PaymentInput[]>, "isRunning" | "isWaiting" | "run"> {
  error: unknown;
  /** Take again what was refused, when the reason is gone. */
  again: () => void;
}

/** After these the bill is another one than what was on the screen. */
const CHANGED = ["PAID_TOO_MUCH", "SALE_NOT_OPEN", "NOTHING_PAID"];

export function useTaking(bill: SaleRead, onTaken: (bill: SaleRead) => void): Taking {
  const [error, setError] = useState<unknown>(null);
  const last = useRef<PaymentInput[]>([]);
  const name = `pay/${bill.id}`;
  const action = useAction<Input, SaleRead>({
    name,
    send: ({ saleId, payments }, key) =>
      call(
        takePayments({
          path: { sale_id: saleId },
          body: { payments },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (paid) => {
      keepBill(paid);
      setError(null);
      onTaken(paid);
    },
    onRefused: (refusal) => {
      setError(refusal);
      if (refusal instanceof ApiError && CHANGED.includes(refusal.code))
        void queryClient.invalidateQueries({ queryKey: saleKey(bill.id) });
    },
  });
  const run = (payments: PaymentInput[]) => {
    last.current = payments;
    setError(null);
    action.run({ saleId: bill.id, payments });
  };
  // The page was reloaded before there was an answer: the payment may have been taken, and is sent again with its key.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    const sent = unanswered<Input>(name);
    if (sent !== null) run(sent.payments);
  }, []);
  return { ...action, error, run, again: () => run(last.current) };
}
