/** The deposits that a waiting transfer may be for. */
import { HandCoins } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BankTransferRead, BranchRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { leftOf } from "@/till/transfer";
import { useDeposits, useMatchDeposit } from "./data";
import { awaitedBy } from "./deposit";

export function AwaitedDeposits({ branch, transfer }: { branch: BranchRead; transfer: BankTransferRead }) {
  const { t } = useTranslation();
  const { data } = useDeposits({ branchId: branch.id });
  const { match, isRunning, error } = useMatchDeposit();
  const left = leftOf(transfer);
  const awaited = awaitedBy(data?.items ?? [], transfer.content, left);
  if (awaited.length === 0) return null;
  return (
    <ul aria-label={t("till.deposit.title")} className="divide-y divide-line rounded-md border border-line">
      {awaited.map((deposit) => (
        <li key={deposit.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2.5">
          <HandCoins aria-hidden size={17} className="shrink-0 text-muted" />
          <span className="min-w-40 flex-1 break-words">
            {t("till.deposit.awaited", { name: deposit.name, amount: money(deposit.due) })}
          </span>
          <Button
            kind="primary"
            className="tabular pointer-coarse:h-11"
            disabled={isRunning}
            onClick={() => match(transfer.id, deposit)}
          >
            {t("till.deposit.take", { amount: money(Math.min(deposit.due, left)) })}
          </Button>
        </li>
      ))}
      <li role="alert" className="px-3 py-2 text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </li>
    </ul>
  );
}
