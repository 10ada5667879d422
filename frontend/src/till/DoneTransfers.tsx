/** Transfers that were dealt with: what paid bills, what was sent back, what is no payment. */
import { useTranslation } from "react-i18next";
import type { BankTransferRead, BranchRead } from "@/api/generated";
import { money } from "@/i18n/format";
import { useMoment } from "./useMoment";

export function DoneTransfers({ branch, transfers }: { branch: BranchRead; transfers: BankTransferRead[] }) {
  const { t } = useTranslation();
  const moment = useMoment(branch);
  return (
    <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
      {transfers.map((transfer) => (
        <li
          key={transfer.id}
          className="grid items-center gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[9rem_minmax(0,1fr)_auto]"
        >
          <span className="tabular">
            <span className="block font-semibold">{money(transfer.amount)}</span>
            <span className="block text-muted text-sm">{moment(transfer.received_at)}</span>
          </span>
          <span className="min-w-0 break-words">
            {transfer.content}
            {transfer.note !== "" && <span className="block text-muted text-sm">{transfer.note}</span>}
          </span>
          <span className="tabular text-muted sm:text-right">{outcomesOf(transfer).join(" · ")}</span>
        </li>
      ))}
    </ul>
  );

  function outcomesOf({ status, applied, returned }: BankTransferRead): string[] {
    return [
      ...(applied > 0 ? [t("till.transfers.applied", { amount: money(applied) })] : []),
      ...(returned > 0 ? [t("till.transfers.returned", { amount: money(returned) })] : []),
      ...(status === "ignored" ? [t("till.transfers.ignored")] : []),
    ];
  }
}
