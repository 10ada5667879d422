/** The way to the deposits, on the pages of the till of a branch that asks for some, or has some. */
import { Link } from "@tanstack/react-router";
import { HandCoins } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import { useDeposits } from "./data";

export function DepositsButton({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const { data } = useDeposits({ branchId: branch.id });
  const items = data?.items ?? [];
  const owed = items.filter(({ state }) => state === "owed").length;
  if (branch.deposit_percent === 0 && items.length === 0) return null;
  return (
    <Link
      to="/desk/deposits"
      search={{ branch: branch.id }}
      className={`${buttonClass()} pointer-coarse:h-11`}
    >
      <HandCoins aria-hidden size={16} className="text-muted" />
      {t("till.deposit.title")}
      {owed > 0 && (
        <span className="tabular rounded-full bg-warning-soft px-2 text-sm text-warning">
          {owed}
          <span className="sr-only"> {t("till.deposit.toReturn")}</span>
        </span>
      )}
    </Link>
  );
}
