/** The way to the transfers that wait for a person, with their number. */
import { Link } from "@tanstack/react-router";
import { Landmark } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import { useBranch, useWorksAtDesk } from "@/shell/branches";
import { ASK, useTransfers } from "./transfers";

/** In the frame of every page of the desk: nothing while nothing waits. */
export function WaitingTransfers() {
  const branch = useBranch();
  const isDesk = useWorksAtDesk(branch?.id ?? "");
  return branch === undefined || !isDesk ? null : <Chip branch={branch} />;
}

function Chip({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const { data } = useTransfers(branch, { every: ASK.count });
  const count = data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Link
      to="/desk/transfers"
      search={{ branch: branch.id }}
      title={t("till.transfers.waiting", { count })}
      data-waiting={count}
      className="inline-flex h-9 shrink-0 items-center gap-1.5 rounded-md bg-warning-soft px-2.5 font-semibold text-warning hover:brightness-97 pointer-coarse:h-11"
    >
      <Landmark aria-hidden size={16} />
      <span aria-hidden className="tabular">
        {count}
      </span>
      <span className="sr-only">{t("till.transfers.waiting", { count })}</span>
    </Link>
  );
}

interface ButtonProps {
  branch: BranchRead;
  className?: string;
  /** There is only room for the word on a large screen. */
  isTight?: boolean;
}

/** On the pages of the till: also while nothing waits. */
export function TransfersButton({ branch, className = "", isTight = false }: ButtonProps) {
  const { t } = useTranslation();
  const { data } = useTransfers(branch, { every: ASK.count });
  const count = data?.items.length ?? 0;
  return (
    <Link
      to="/desk/transfers"
      search={{ branch: branch.id }}
      {...(isTight && { title: t("till.transfers.short") })}
      className={`${buttonClass()} pointer-coarse:h-11 ${className}`}
    >
      <Landmark aria-hidden size={16} className="text-muted" />
      <span className={isTight ? "max-lg:sr-only" : ""}>{t("till.transfers.short")}</span>
      {count > 0 && (
        <span className="tabular rounded-full bg-warning-soft px-2 text-sm text-warning">
          {count}
          <span className="sr-only"> {t("till.transfers.waitingShort")}</span>
        </span>
      )}
    </Link>
  );
}
