/** The deposits of the guests on a bill: one tap takes them off what is left to pay. */
import { HandCoins } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { PaymentInput, SaleRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { useDeposits } from "./data";

interface Props {
  bill: SaleRead;
  isBusy: boolean;
  onTake: (payment: PaymentInput) => void;
}

export function OfferedDeposits({ bill, isBusy, onTake }: Props) {
  const { t } = useTranslation();
  const { data } = useDeposits({ branchId: bill.branch_id, saleId: bill.id });
  const offered = (data?.items ?? []).filter(({ balance }) => balance > 0);
  if (offered.length === 0) return null;
  return (
    <ul aria-label={t("till.deposit.title")} className="flex flex-col gap-2">
      {offered.map((deposit) => {
        const amount = Math.min(deposit.balance, bill.due);
        return (
          <li key={deposit.id} className="flex flex-wrap items-center gap-3 rounded-lg bg-accent-soft p-3">
            <HandCoins aria-hidden size={18} className="shrink-0 text-accent" />
            <span className="min-w-32 flex-1">
              <span className="tabular block font-medium">
                {t("till.deposit.of", { amount: money(deposit.balance) })}
              </span>
              <span className="block break-words text-muted text-sm">{deposit.name}</span>
            </span>
            <Button
              kind="primary"
              className="tabular pointer-coarse:h-11"
              disabled={isBusy}
              data-deposit={deposit.id}
              onClick={() => onTake({ method: "deposit", deposit_id: deposit.id, amount })}
            >
              {t("till.deposit.use", { amount: money(amount) })}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
