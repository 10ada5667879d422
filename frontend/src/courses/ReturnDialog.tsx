/** A course that is returned: how much is paid back by its policy, and how, is told before it is done. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type CustomerCourseRead, type CustomerRead, refundSale, type SaleRead } from "@/api/generated";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { money } from "@/i18n/format";
import { useManages } from "@/shell/manages";
import { keepBill, useBill } from "@/till/queries";
import { inOrder } from "@/till/refund";
import { coursesChanged, useReturnQuote } from "./data";
import { Reason } from "./Reason";

interface Props {
  course: CustomerCourseRead;
  customer: CustomerRead;
  onClose: () => void;
}

export function ReturnDialog({ course, customer, onClose }: Props) {
  const { t } = useTranslation();
  const isManager = useManages(course.branch_id);
  const [reason, setReason] = useState("");
  const [error, setError] = useState<unknown>(null);
  const { data: quote, error: refusal } = useReturnQuote(course.id);
  const action = useAction<{ saleId: string; lineId: string; reason: string }, SaleRead>({
    send: ({ saleId, lineId, reason: why }, key) =>
      call(
        refundSale({
          path: { sale_id: saleId },
          body: { lines: [{ line_id: lineId }], reason: why },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (bill) => {
      keepBill(bill);
      coursesChanged();
      showDone(t("courses.return.done", { amount: money(quote?.amount ?? 0) }));
      onClose();
    },
    onRefused: setError,
  });
  const canReturn = quote !== undefined && quote.sale_id !== null && quote.amount > 0;
  return (
    <ConfirmDialog
      isOpen
      title={t("courses.return.title", { name: customer.full_name })}
      confirm={
        canReturn ? t("courses.return.confirm", { amount: money(quote.amount) }) : t("courses.return.action")
      }
      back={t("opened.back")}
      isBlocked={!canReturn || !isManager || reason.trim() === "" || action.isRunning}
      onConfirm={() => {
        setError(null);
        if (quote?.sale_id != null && quote.line_id !== null)
          action.run({ saleId: quote.sale_id, lineId: quote.line_id, reason: reason.trim() });
      }}
      onBack={onClose}
    >
      {quote === undefined && refusal === null && (
        <div aria-hidden className="h-20 animate-pulse rounded-md bg-line" />
      )}
      {refusal !== null && <p className="text-danger">{sentenceOf(t, refusal)}</p>}
      {quote !== undefined && quote.sale_id === null && <p>{t("courses.return.fromOther")}</p>}
      {quote !== undefined && quote.sale_id !== null && (
        <>
          <div className="rounded-md bg-sunken px-4 py-3">
            <p className="tabular font-semibold text-2xl" data-back>
              {money(quote.amount)}
            </p>
            <p className="text-muted">{t("courses.return.ends", { count: quote.sessions })}</p>
          </div>
          <p className="text-muted">{explanation()}</p>
          {canReturn && <Ways saleId={quote.sale_id} amount={quote.amount} />}
        </>
      )}
      {canReturn && !isManager && <p className="text-warning">{t("courses.return.onlyManager")}</p>}
      {canReturn && isManager && (
        <Reason
          value={reason}
          ready={t("courses.return.reasons", { returnObjects: true })}
          onChange={setReason}
        />
      )}
      <p role="alert" className="text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
    </ConfirmDialog>
  );

  function explanation(): string {
    const used = course.sessions - course.free;
    if (course.return_policy === "pro_rata")
      return t("courses.return.pro_rata", { price: money(course.price), sessions: course.sessions });
    return t("courses.return.list_price", { count: used, price: money(course.list_price ?? 0) });
  }
}

/** The ways by which the money goes back: those in which the bill was paid. */
function Ways({ saleId, amount }: { saleId: string; amount: number }) {
  const { t } = useTranslation();
  const { data: bill } = useBill(saleId);
  if (bill === undefined) return null;
  const parts = inOrder(bill.payments, amount);
  return (
    <ul aria-label={t("till.refundBy")} className="flex flex-col gap-1">
      {bill.payments
        .filter(({ id }) => (parts[id] ?? 0) > 0)
        .map(({ id, method }) => (
          <li key={id} className="flex justify-between gap-4">
            <span>{t(`till.method.${method}`)}</span>
            <span className="tabular font-medium">{money(parts[id] ?? 0)}</span>
          </li>
        ))}
    </ul>
  );
}
