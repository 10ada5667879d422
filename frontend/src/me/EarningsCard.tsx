/** What a therapist has earned this month, on their day. Without the network nothing is shown, and no code of the reports is
    needed, which the device does not keep. */
import { Link } from "@tanstack/react-router";
import { ChevronRight, HandCoins } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { money } from "@/i18n/format";
import { businessDay } from "@/till/bill";
import { useStatement } from "./useStatement";

export function EarningsCard({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const today = businessDay(branch);
  const { data } = useStatement({ first_day: `${today.slice(0, 7)}-01`, last_day: today }, { changes: true });
  if (data === undefined) return null;
  return (
    <Link
      to="/me/earnings"
      preload={false}
      data-earnings
      className="mt-4 flex min-h-14 items-center gap-3 rounded-lg border border-line bg-surface px-4 py-2.5 hover:bg-hover"
    >
      <HandCoins aria-hidden size={20} className="shrink-0 text-accent" />
      <span className="min-w-0 flex-1">
        <span className="block text-muted text-sm">{t("me.commissions")}</span>
        <span className="tabular font-semibold text-lg">{money(data.sums.commissions)}</span>
        {data.sums.tips !== 0 && (
          <span className="tabular ml-2 text-muted">{t("me.tips", { amount: money(data.sums.tips) })}</span>
        )}
      </span>
      <ChevronRight aria-hidden size={18} className="shrink-0 text-muted" />
    </Link>
  );
}
