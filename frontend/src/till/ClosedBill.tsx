/** A bill that was paid or given up: nothing of it changes any more. Money goes back by a refund. */
import { CircleCheck, CircleSlash, Undo2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, SaleRead } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { useHolds } from "@/card/useHolds";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { dayName, inLanguage, money } from "@/i18n/format";
import { changeOf, numberOf, refundedOf, takenOf } from "./bill";
import { CardCode } from "./CardCode";
import { LineFacts } from "./Lines";
import { Payments } from "./Payments";
import { ReceiptLinks } from "./ReceiptLinks";
import { RefundForm } from "./RefundForm";
import { Totals } from "./Totals";

const JUST_NOW = 10 * 60_000;

interface Props {
  branch: BranchRead;
  bill: SaleRead;
  onDone: () => void;
}

export function ClosedBill({ branch, bill, onDone }: Props) {
  const { t } = useTranslation();
  const isAdmin = useHolds(branch.id, "admin");
  const [isRefunding, setRefunding] = useState(false);
  const done = useRef<HTMLButtonElement>(null);
  // It has just been paid, or was opened: Enter leaves it.
  useEffect(() => done.current?.focus({ preventScroll: true }), []);
  const language = currentLanguage();
  const zone = branch.time_zone;
  const closedAt = Date.parse(bill.closed_at ?? "");
  // What was handed back is of no interest later.
  const change = Date.now() - closedAt < JUST_NOW ? changeOf(bill) : 0;
  const canRefund = isAdmin && bill.status === "closed" && refundedOf(bill) < bill.paid;
  return (
    <div className="flex min-h-0 flex-1 flex-col-reverse justify-end overflow-y-auto lg:flex-row lg:justify-normal lg:overflow-hidden">
      <section
        aria-label={t("till.onBill")}
        className="flex min-w-0 flex-col gap-4 p-4 lg:flex-1 lg:overflow-y-auto"
      >
        {isRefunding ? (
          <RefundForm bill={bill} onClose={() => setRefunding(false)} />
        ) : (
          <>
            <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
              {bill.lines.map((line) => (
                <li key={line.id} className="px-3 py-2">
                  <div className="flex items-start gap-3">
                    <span className="min-w-0 flex-1">
                      <span className="block break-words font-medium">{inLanguage(line.name, language)}</span>
                      <span className="block text-muted text-sm">
                        <LineFacts line={line} />
                      </span>
                    </span>
                    <span className="tabular font-medium">{money(line.gross)}</span>
                  </div>
                  {line.gift_card_id != null && bill.status === "closed" && (
                    <CardCode cardId={line.gift_card_id} branchId={branch.id} />
                  )}
                </li>
              ))}
            </ul>
            <Totals bill={bill} />
            {bill.note !== "" && <p className="whitespace-pre-line break-words text-muted">{bill.note}</p>}
            <Refunds bill={bill} zone={zone} />
          </>
        )}
      </section>
      <section
        aria-label={t("till.payment")}
        className="flex shrink-0 flex-col gap-4 border-line bg-surface p-4 max-lg:border-b lg:w-100 lg:overflow-y-auto lg:border-l"
      >
        <div role="status" className="flex items-start gap-3" data-closed={bill.status}>
          {bill.status === "void" ? (
            <CircleSlash aria-hidden size={26} className="shrink-0 text-muted" />
          ) : (
            <CircleCheck aria-hidden size={26} className="shrink-0 text-accent" />
          )}
          <div>
            <p className="font-semibold text-lg">
              {bill.status === "void"
                ? t("till.voidBill")
                : t("till.paidAmount", { amount: money(takenOf(bill)) })}
            </p>
            <p className="tabular text-muted">
              {[
                numberOf(bill),
                timeIn(zone, closedAt),
                dayName(t, dayIn(zone, closedAt), dayIn(zone, Date.now())),
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
            {bill.void_reason !== "" && <p className="break-words">{bill.void_reason}</p>}
          </div>
        </div>
        {change > 0 && (
          <p className="flex items-baseline justify-between rounded-md bg-accent-soft px-3 py-2 text-accent">
            <span className="font-medium">{t("till.change")}</span>
            <span className="tabular font-semibold text-3xl" data-change>
              {money(change)}
            </span>
          </p>
        )}
        <button
          ref={done}
          type="button"
          className="inline-flex h-13 items-center justify-center rounded-md bg-accent px-4 font-semibold text-lg text-on-accent hover:brightness-110"
          onClick={onDone}
        >
          {t("till.done")}
        </button>
        <Payments branch={branch} bill={bill} />
        {bill.status === "closed" && <ReceiptLinks saleId={bill.id} title={t("till.printReceipt")} />}
        {canRefund && !isRefunding && (
          <Button className="self-start pointer-coarse:h-11" onClick={() => setRefunding(true)}>
            <Undo2 aria-hidden size={16} />
            {t("till.refund")}
          </Button>
        )}
      </section>
    </div>
  );
}

function Refunds({ bill, zone }: { bill: SaleRead; zone: string }) {
  const { t } = useTranslation();
  if (bill.refunds.length === 0) return null;
  return (
    <section aria-label={t("till.refunds")}>
      <h3 className="mb-1 font-medium text-muted text-sm">{t("till.refunds")}</h3>
      <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
        {bill.refunds.map((refund) => {
          const at = Date.parse(refund.created_at);
          return (
            <li key={refund.id} className="flex items-start gap-3 px-3 py-2">
              <span className="min-w-0 flex-1">
                <span className="tabular">
                  {timeIn(zone, at)} {dayName(t, dayIn(zone, at), dayIn(zone, Date.now()))}
                </span>
                {refund.reason !== "" && (
                  <span className="block break-words text-muted text-sm">{refund.reason}</span>
                )}
              </span>
              <span className="tabular font-medium">{money(-refund.amount)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
