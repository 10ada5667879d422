/** What was paid, and how. */
import { useTranslation } from "react-i18next";
import type { BranchRead, SaleRead } from "@/api/generated";
import { timeIn } from "@/board/time";
import { money } from "@/i18n/format";
import { METHOD_ICONS } from "./payments";

export function Payments({ branch, bill }: { branch: BranchRead; bill: SaleRead }) {
  const { t } = useTranslation();
  if (bill.payments.length === 0) return null;
  return (
    <section aria-label={t("till.payments")}>
      <h3 className="mb-1 font-medium text-muted text-sm">{t("till.payments")}</h3>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {bill.payments.map((payment) => {
          const Icon = METHOD_ICONS[payment.method];
          const facts = [
            timeIn(branch.time_zone, Date.parse(payment.created_at)),
            payment.reference,
            payment.bank_transfer_id === null ? null : t("till.byBank"),
            payment.refunded > 0 ? t("till.refundedPart", { amount: money(payment.refunded) }) : null,
          ];
          return (
            <li key={payment.id} className="flex items-center gap-3 px-3 py-2" data-payment={payment.method}>
              <Icon aria-hidden size={17} className="shrink-0 text-muted" />
              <span className="min-w-0 flex-1">
                {t(`till.method.${payment.method}`)}
                <span className="tabular block break-words text-muted text-sm">
                  {facts.filter(Boolean).join(" · ")}
                </span>
              </span>
              <span className="tabular font-medium">{money(payment.amount)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
