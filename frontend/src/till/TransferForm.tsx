/** A transfer: the QR code that fills it in, which pays the bill by itself when the bank tells of it; or taken by hand. */
import { Maximize2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import type { BranchRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { FormField } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { GuestQr } from "./GuestQr";
import { type MethodProps, TakeButton } from "./Pay";
import { QrCode } from "./QrCode";
import { useVietqr } from "./queries";
import { UnclaimedTransfer } from "./UnclaimedTransfer";

export function TransferForm({ branch, bill, isBusy, onTake }: MethodProps & { branch: BranchRead }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<number | null>(null);
  const [isShown, setShown] = useState(false);
  const { data: code, error } = useVietqr(bill);
  const amount = Math.min(asked ?? bill.due, bill.due);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy && amount > 0) onTake({ method: "transfer", amount });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      {code !== undefined && (
        <div className="flex flex-wrap items-start gap-4 rounded-lg border border-line p-3">
          <QrCode
            svg={code.svg}
            label={t("till.qr.code", { amount: money(code.amount) })}
            className="size-40"
          />
          <div className="flex min-w-32 flex-1 flex-col gap-1 text-sm">
            <p className="font-medium">{code.account.holder}</p>
            <p className="tabular">{code.account.number}</p>
            <p className="tabular font-semibold text-lg">{money(code.amount)}</p>
            <p className="text-muted">{t("till.qr.purpose", { purpose: code.purpose })}</p>
            <Button className="mt-1 self-start pointer-coarse:h-11" onClick={() => setShown(true)}>
              <Maximize2 aria-hidden size={15} />
              {t("till.qr.show")}
            </Button>
          </div>
          <p role="status" className="w-full text-muted text-sm">
            {t("till.qr.waiting")}
          </p>
        </div>
      )}
      <UnclaimedTransfer branch={branch} bill={bill} />
      {error !== null && (
        <p className="text-muted">
          {error instanceof ApiError && error.code === "NO_BANK_ACCOUNT"
            ? t("till.qr.noAccount")
            : sentenceOf(t, error)}
        </p>
      )}
      <FormField label={t("till.amountByHand")}>
        {(input) => (
          <MoneyInput {...input} width="w-full" highest={bill.due} value={amount} onChange={setAsked} />
        )}
      </FormField>
      <TakeButton amount={amount} isBusy={isBusy} text={t("till.takeTransfer", { amount: money(amount) })} />
      {isShown && code !== undefined && <GuestQr code={code} onClose={() => setShown(false)} />}
    </form>
  );
}
