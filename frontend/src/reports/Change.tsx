import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { changeOf } from "./figures";

interface ChangeProps {
  now: number;
  before: number | undefined;
  /** The name of the period before. */
  than: string;
}

/** By how much a figure has changed against another period. */
export function Change({ now, before, than }: ChangeProps) {
  const { t } = useTranslation();
  const change = before === undefined ? null : changeOf(now, before);
  if (change === null) return null;
  const Icon = change > 0 ? ArrowUpRight : change < 0 ? ArrowDownRight : ArrowRight;
  return (
    <span className="flex items-center gap-1">
      <Icon
        aria-hidden
        size={14}
        className={`shrink-0 ${change > 0 ? "text-accent" : change < 0 ? "text-danger" : ""}`}
      />
      {change === 0 ? (
        t("reports.same", { period: than })
      ) : (
        <>
          <span className={`font-medium ${change > 0 ? "text-accent" : "text-danger"}`}>
            {`${change > 0 ? "+" : "−"}${Math.abs(change)}%`}
          </span>{" "}
          <span className="truncate">{t("reports.than", { period: than })}</span>
        </>
      )}
    </span>
  );
}
