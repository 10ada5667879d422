/** What else can be done with an open bill: print it, give its payments back, give it up. */
import { Ban, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BranchRead, refundSale, type SaleRead, voidSale } from "@/api/generated";
import { useHolds } from "@/card/useHolds";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { money } from "@/i18n/format";
import { keepBill } from "./queries";
import { ReasonDialog } from "./ReasonDialog";
import { ReceiptLinks } from "./ReceiptLinks";

export function OpenBillActions({ branch, bill }: { branch: BranchRead; bill: SaleRead }) {
  const { t } = useTranslation();
  const isAdmin = useHolds(branch.id, "admin");
  const [asked, setAsked] = useState<"void" | "refund" | null>(null);
  const giveUp = useAction<{ id: string; reason: string }, SaleRead>({
    send: ({ id, reason }, key) =>
      call(voidSale({ path: { sale_id: id }, body: { reason }, headers: { "Idempotency-Key": key } })),
    onDone: (bill) => {
      keepBill(bill);
      showDone(t("till.voided"));
    },
    onRefused: (error) => showFailure(sentenceOf(t, error)),
  });
  const refundable = bill.payments.flatMap(({ id, amount, refunded, method }) =>
    amount > refunded && method !== "course" ? [{ payment_id: id, amount: amount - refunded }] : [],
  );
  const refund = useAction<{ id: string; payments: typeof refundable }, SaleRead>({
    send: ({ id, payments }, key) =>
      call(refundSale({ path: { sale_id: id }, body: { payments }, headers: { "Idempotency-Key": key } })),
    onDone: (bill) => {
      keepBill(bill);
      showDone(t("till.refundDone"));
    },
    onRefused: (error) => showFailure(sentenceOf(t, error)),
  });
  const sum = refundable.reduce((total, { amount }) => total + amount, 0);
  return (
    <div className="mt-auto flex flex-col gap-3 border-line border-t pt-3">
      <ReceiptLinks saleId={bill.id} title={t("till.printDraft")} />
      <div className="flex flex-wrap gap-2">
        {refundable.length > 0 && isAdmin && (
          <Button
            className="pointer-coarse:h-11"
            disabled={refund.isRunning}
            onClick={() => setAsked("refund")}
          >
            <Undo2 aria-hidden size={16} />
            {t("till.refundPaid")}
          </Button>
        )}
        {bill.paid === 0 && (
          <Button
            className="pointer-coarse:h-11"
            disabled={giveUp.isRunning}
            onClick={() => setAsked("void")}
          >
            <Ban aria-hidden size={16} />
            {t("till.void")}
          </Button>
        )}
      </div>
      {asked === "void" && (
        <ReasonDialog
          title={t("till.askVoid")}
          text={t("till.askVoidText")}
          reasons={t("till.voidReasons", { returnObjects: true })}
          confirm={t("till.void")}
          onConfirm={(reason) => {
            setAsked(null);
            giveUp.run({ id: bill.id, reason });
          }}
          onBack={() => setAsked(null)}
        />
      )}
      <ConfirmDialog
        isOpen={asked === "refund"}
        title={t("till.askRefund", { amount: money(sum) })}
        confirm={t("till.refund")}
        back={t("opened.back")}
        onConfirm={() => {
          setAsked(null);
          refund.run({ id: bill.id, payments: refundable });
        }}
        onBack={() => setAsked(null)}
      >
        <p>{t("till.askRefundPaid")}</p>
      </ConfirmDialog>
    </div>
  );
}
