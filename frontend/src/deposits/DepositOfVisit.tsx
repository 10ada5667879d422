/** The deposit of a visit, on the card of the board. Nothing, where none was asked for. */
import { HandCoins } from "lucide-react";
import { useTranslation } from "react-i18next";
import { money } from "@/i18n/format";
import { useDeposits } from "./data";
import { amountOf } from "./deposit";

export function DepositOfVisit({ branchId, visitId }: { branchId: string; visitId: string }) {
  const { t } = useTranslation();
  const { data } = useDeposits({ branchId, visitId, all: true });
  const deposit = data?.items[0];
  if (deposit === undefined) return null;
  const isWaiting = deposit.state === "waiting";
  return (
    <p
      className={`flex items-center gap-2 rounded-md px-2.5 py-1.5 ${isWaiting ? "bg-warning-soft text-warning" : "border border-line"}`}
      data-deposit-state={deposit.state}
    >
      <HandCoins aria-hidden size={17} className="shrink-0" />
      {t(`till.deposit.stateOf.${deposit.state}`, { amount: money(amountOf(deposit)) })}
    </p>
  );
}
