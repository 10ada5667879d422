/** How an open bill is paid: what is left in large digits, the ways to pay it, and what was paid already. */
import { LoaderCircle } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import type { BranchRead, PaymentInput, SaleRead } from "@/api/generated";
import { OfferedDeposits } from "@/deposits/OfferedDeposits";
import { Button, buttonClass } from "@/design/Button";
import { money } from "@/i18n/format";
import { CardForm } from "./CardForm";
import { CashForm } from "./CashForm";
import { GiftCardForm } from "./GiftCardForm";
import { OpenBillActions } from "./OpenBillActions";
import { OpenDrawer } from "./OpenDrawer";
import { Payments } from "./Payments";
import { METHOD_ICONS, METHODS, useTaking } from "./payments";
import { useDrawer } from "./queries";
import { TransferForm } from "./TransferForm";

interface Props {
  branch: BranchRead;
  bill: SaleRead;
  /** What is on the bill is changing: it is not paid before it is known what is due. */
  isSaving: boolean;
}

export interface MethodProps {
  bill: SaleRead;
  isBusy: boolean;
  onTake: (payment: PaymentInput) => void;
}

export function Pay({ branch, bill, isSaving }: Props) {
  const { t } = useTranslation();
  const [method, setMethod] = useState<(typeof METHODS)[number] | null>(null);
  const taking = useTaking(bill, () => setMethod(null));
  const isBusy = taking.isRunning || isSaving;
  const form: MethodProps = { bill, isBusy, onTake: (payment) => taking.run([payment]) };
  const { data: drawer } = useDrawer(branch.id);
  const isRefused = taking.error instanceof ApiError && taking.error.code === "DRAWER_CLOSED";
  const isClosed = isRefused || drawer?.session === null;
  return (
    <>
      <div>
        <p className="text-muted">{t("till.due")}</p>
        <p className="tabular font-semibold text-3xl" data-due>
          {money(bill.due)}
        </p>
      </div>
      <div role="alert" className="empty:hidden">
        {taking.error !== null && !isRefused && (
          <p className="rounded-md bg-danger-soft px-3 py-2 text-danger">{sentenceOf(t, taking.error)}</p>
        )}
      </div>
      {bill.due === 0 && bill.lines.length > 0 && (
        <Button
          kind="primary"
          size="lg"
          className="justify-center"
          disabled={isBusy}
          onClick={() => taking.run([])}
        >
          {t("till.closeFree")}
        </Button>
      )}
      {bill.due > 0 && <OfferedDeposits bill={bill} isBusy={isBusy} onTake={form.onTake} />}
      {bill.due > 0 && (
        <fieldset className="grid grid-cols-2 gap-2">
          <legend className="sr-only">{t("till.methods")}</legend>
          {METHODS.map((name) => {
            const Icon = METHOD_ICONS[name];
            return (
              <button
                key={name}
                type="button"
                aria-pressed={method === name}
                className={`${buttonClass()} h-14! aria-pressed:border-accent aria-pressed:bg-accent-soft`}
                onClick={() => setMethod(name)}
              >
                <Icon aria-hidden size={19} className="text-muted" />
                {t(`till.method.${name}`)}
              </button>
            );
          })}
        </fieldset>
      )}
      {bill.due > 0 && method === "cash" && isClosed && (
        <section className="rounded-lg border border-line p-3" aria-label={t("till.drawer.open")}>
          <p role="alert" className="mb-3 text-warning">
            {t("till.drawer.closedNow")}
          </p>
          <OpenDrawer branchId={branch.id} onOpened={() => isRefused && taking.again()} />
        </section>
      )}
      {bill.due > 0 && method === "cash" && !isClosed && <CashForm {...form} />}
      {bill.due > 0 && method === "transfer" && <TransferForm {...form} branch={branch} />}
      {bill.due > 0 && method === "card" && <CardForm {...form} />}
      {bill.due > 0 && method === "gift_card" && <GiftCardForm {...form} />}
      <p role="status" className="text-muted empty:hidden">
        {taking.isWaiting && t("booking.waiting")}
      </p>
      <Payments branch={branch} bill={bill} />
      <OpenBillActions branch={branch} bill={bill} />
    </>
  );
}

/** The button that takes an amount. It has the focus at once: Enter takes the money. */
export function TakeButton({ amount, isBusy, text }: { amount: number; isBusy: boolean; text?: string }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus({ preventScroll: true }), []);
  return (
    <button
      ref={button}
      type="submit"
      className={`${buttonClass("primary", "lg")} tabular h-13! justify-center aria-disabled:opacity-60`}
      aria-disabled={isBusy || amount === 0}
      data-take
    >
      {isBusy && <LoaderCircle aria-hidden size={17} className="animate-spin" />}
      {text ?? t("till.take", { amount: money(amount) })}
    </button>
  );
}
