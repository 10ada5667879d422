/** Transfers of just what is left to pay of a bill that name no bill: they may be the one that the guest has just sent. */
import { Landmark } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BranchRead, SaleRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { leftOf } from "./transfer";
import { ASK, useMatch, useTransfers } from "./transfers";
import { useMoment } from "./useMoment";

export function UnclaimedTransfer({ branch, bill }: { branch: BranchRead; bill: SaleRead }) {
  const { t } = useTranslation();
  const moment = useMoment(branch);
  const { data } = useTransfers(branch, { every: ASK.page });
  const { match, isRunning, error } = useMatch();
  const fitting = (data?.items ?? []).filter((transfer) => leftOf(transfer) === bill.due);
  if (fitting.length === 0) return null;
  return (
    <section aria-label={t("till.transfers.unclaimed")} className="rounded-lg bg-warning-soft p-3">
      <p className="flex items-center gap-2 font-medium text-warning">
        <Landmark aria-hidden size={16} className="shrink-0" />
        {t("till.transfers.unclaimed")}
      </p>
      <ul className="mt-2 flex flex-col gap-2">
        {fitting.map((transfer) => (
          <li key={transfer.id} className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <span className="min-w-40 flex-1">
              <span className="block break-words">{transfer.content || t("till.transfers.noText")}</span>
              <span className="tabular block text-muted text-sm">
                {money(leftOf(transfer))} · {moment(transfer.received_at)}
              </span>
            </span>
            <Button
              className="pointer-coarse:h-11"
              disabled={isRunning}
              onClick={() => match(transfer, { sale_id: bill.id, due: bill.due })}
            >
              {t("till.transfers.use")}
            </Button>
          </li>
        ))}
      </ul>
      <p role="alert" className="text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
    </section>
  );
}
