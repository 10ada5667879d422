/** A transfer that waits: what the bank said at the left, at the right why it waits and the bills that it can pay. */
import { CircleHelp, ReceiptText, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BankTransferRead, BranchRead, TransferBill } from "@/api/generated";
import { AwaitedDeposits } from "@/deposits/AwaitedDeposits";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { useBillAddress } from "./address";
import { numberOf } from "./bill";
import { OtherBill } from "./OtherBill";
import { SetAside } from "./SetAside";
import { leftOf, offerBills } from "./transfer";
import { useMatch, useTransferBills } from "./transfers";
import { useMoment } from "./useMoment";

interface Props {
  branch: BranchRead;
  transfer: BankTransferRead;
  /** Its bills are looked for at once. */
  isLoaded: boolean;
}

export function TransferCard({ branch, transfer, isLoaded }: Props) {
  const { t } = useTranslation();
  const moment = useMoment(branch);
  const [isAsked, setAsked] = useState(isLoaded);
  const { data, error: failure } = useTransferBills(transfer, isAsked);
  const { match, isRunning, error } = useMatch();
  const left = leftOf(transfer);
  const { meant, fitting, others } = offerBills(data?.items ?? [], transfer);
  const pay = (bill: TransferBill) => match(transfer, bill);
  return (
    <article
      aria-label={t("till.transfers.of", { amount: money(left) })}
      data-transfer={transfer.id}
      className="grid rounded-lg border border-line bg-surface md:grid-cols-[minmax(0,19rem)_minmax(0,1fr)]"
    >
      <div className="flex min-w-0 flex-col gap-1 border-line p-4 max-md:border-b md:border-r">
        <p className="tabular font-semibold text-2xl">{money(left)}</p>
        {left !== transfer.amount && (
          <p className="tabular text-muted text-sm">
            {t("till.transfers.partOf", { amount: money(transfer.amount) })}
          </p>
        )}
        <p className="mt-1 break-words font-medium">{transfer.content || t("till.transfers.noText")}</p>
        <p className="tabular mt-auto pt-2 text-muted text-sm">
          {moment(transfer.received_at)}
          <span className="block">{t("till.transfers.account", { number: transfer.account })}</span>
        </p>
      </div>
      <div className="flex min-w-0 flex-col gap-3 p-4">
        <p className="flex items-start gap-2 font-medium text-warning">
          <CircleHelp aria-hidden size={17} className="mt-0.5 shrink-0" />
          <span>{t(`till.transfers.why.${transfer.reason ?? "new"}`)}</span>
        </p>
        {transfer.branch_id === null && <p className="text-muted text-sm">{t("till.transfers.noBranch")}</p>}
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger empty:hidden">
          {error !== null && sentenceOf(t, error)}
        </p>
        {meant.map((bill) => (
          <MeantBill key={bill.sale_id} bill={bill} />
        ))}
        <AwaitedDeposits branch={branch} transfer={transfer} />
        {fitting.length > 0 && (
          <ul
            aria-label={t("till.transfers.fitting")}
            className="divide-y divide-line rounded-md border border-line"
          >
            {fitting.map((bill) => (
              <Fitting
                key={bill.sale_id}
                bill={bill}
                left={left}
                opened={t("till.transfers.opened", { moment: moment(bill.created_at) })}
                isBusy={isRunning}
                // It names another bill: that this one has the same amount may be chance.
                isSure={bill.is_named || meant.length === 0}
                onPay={() => pay(bill)}
              />
            ))}
          </ul>
        )}
        {data === undefined && failure !== null && <p className="text-muted">{sentenceOf(t, failure)}</p>}
        {data !== undefined && fitting.length === 0 && (
          <p className="text-muted">
            {t(others.length === 0 ? "till.transfers.noBill" : "till.transfers.noneFits")}
          </p>
        )}
        <div className="mt-auto flex flex-wrap items-start gap-2">
          {!isAsked && (
            <Button className="pointer-coarse:h-11" onClick={() => setAsked(true)}>
              <Search aria-hidden size={16} />
              {t("till.transfers.find")}
            </Button>
          )}
          {others.length > 0 && <OtherBill bills={others} opened={moment} isBusy={isRunning} onBill={pay} />}
          <SetAside transfer={transfer} />
        </div>
      </div>
    </article>
  );
}

interface FittingProps {
  bill: TransferBill;
  left: number;
  opened: string;
  isBusy: boolean;
  isSure: boolean;
  onPay: () => void;
}

function Fitting({ bill, left, opened, isBusy, isSure, onPay }: FittingProps) {
  const { t } = useTranslation();
  const { open } = useBillAddress();
  const amount = money(Math.min(bill.due, left));
  const marks = [
    bill.is_named && t("till.transfers.named"),
    bill.due === left && t("till.transfers.equal"),
  ].filter((mark) => mark !== false);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2.5">
      <button
        type="button"
        className="min-w-40 flex-1 rounded-sm text-left underline-offset-2 hover:underline"
        onClick={() => open({ bill: bill.sale_id })}
      >
        <span className="block break-words font-medium">{bill.name ?? t("till.anonymous")}</span>
        <span className="tabular block text-muted text-sm">
          {[t("till.transfers.due", { amount: money(bill.due) }), opened].join(" · ")}
        </span>
      </button>
      {marks.map((mark) => (
        <span key={mark} className="rounded-sm bg-accent-soft px-2 py-0.5 text-accent text-sm">
          {mark}
        </span>
      ))}
      <Button
        kind={isSure ? "primary" : "plain"}
        className="tabular pointer-coarse:h-11"
        disabled={isBusy}
        aria-label={t("till.transfers.payNamed", { amount, name: bill.name ?? t("till.anonymous") })}
        onClick={onPay}
      >
        {t("till.take", { amount })}
      </Button>
    </li>
  );
}

/** The bill that the text names, which takes no more money. */
function MeantBill({ bill }: { bill: TransferBill }) {
  const { t } = useTranslation();
  const { open } = useBillAddress();
  const number = numberOf(bill);
  return (
    <button
      type="button"
      className="flex items-center gap-2 self-start rounded-sm text-left underline decoration-line-strong underline-offset-2 hover:decoration-text pointer-coarse:min-h-11"
      onClick={() => open({ bill: bill.sale_id })}
    >
      <ReceiptText aria-hidden size={16} className="shrink-0 text-muted" />
      {[
        number === null ? t("till.voidBill") : t("till.billNumber", { number }),
        bill.name ?? t("till.anonymous"),
        t(bill.status === "void" ? "till.stateOf.void" : "till.stateOf.paid"),
      ].join(" · ")}
    </button>
  );
}
