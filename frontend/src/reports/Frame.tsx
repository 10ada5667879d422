/** A report with its filters and downloads, and what is shown while it loads, fails or has nothing. */
import type { UseQueryResult } from "@tanstack/react-query";
import { CloudOff, Download, FileSpreadsheet, type LucideIcon, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { sentenceOf } from "@/api/errors";
import { timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { type Answer, saveFile } from "./saveFile";

export type Format = "csv" | "xlsx";

interface Props<Report> {
  filter: ReactNode;
  report: UseQueryResult<Report>;
  /** In which the time of the figures is told. */
  zone: string;
  /** How to get a file, for each format that there is. */
  files: Partial<Record<Format, () => Answer>>;
  /** Beside the downloads, such as a button that prints. */
  actions?: ReactNode;
  /** What is said when there is nothing to show; null: there is. */
  emptyText: (report: Report) => string | null;
  emptyIcon: LucideIcon;
  children: (report: Report) => ReactNode;
}

export function Frame<Report>({
  filter,
  report,
  zone,
  files,
  actions,
  emptyText,
  emptyIcon,
  children,
}: Props<Report>) {
  const { t } = useTranslation();
  const { data, error, isPlaceholderData, dataUpdatedAt, refetch } = report;
  const empty = data === undefined ? null : emptyText(data);
  const time = timeIn(zone, dataUpdatedAt);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {filter}
        <div className="ml-auto flex items-center gap-2">
          {data !== undefined && error === null && (
            <span className="tabular whitespace-nowrap text-muted text-sm max-lg:hidden">
              {t("reports.asOf", { time })}
            </span>
          )}
          {files.csv !== undefined && <SaveButton name="CSV" icon={Table2} getFile={files.csv} />}
          {files.xlsx !== undefined && <SaveButton name="XLSX" icon={FileSpreadsheet} getFile={files.xlsx} />}
          {actions}
        </div>
      </div>
      {data !== undefined && error !== null && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md bg-warning-soft px-3 py-2 font-medium text-warning"
        >
          <CloudOff aria-hidden size={17} className="shrink-0" />
          <span className="tabular">{t("reports.stale", { time })}</span>
          <Button className="ml-auto pointer-coarse:h-11" onClick={() => void refetch()}>
            {t("board.retry")}
          </Button>
        </div>
      )}
      {data === undefined && error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton />}
      {data !== undefined && (
        <div
          data-report={isPlaceholderData ? "old" : "shown"}
          aria-busy={isPlaceholderData}
          className="flex flex-col gap-4 transition-opacity aria-busy:opacity-50"
        >
          {empty === null ? (
            children(data)
          ) : (
            <Notice icon={emptyIcon} title={empty} hint={t("reports.empty.hint")} />
          )}
        </div>
      )}
    </div>
  );
}

interface SaveProps {
  name: string;
  icon: LucideIcon;
  getFile: () => Answer;
}

function SaveButton({ name, icon: Icon, getFile }: SaveProps) {
  const { t } = useTranslation();
  const [isRunning, setRunning] = useState(false);
  const save = () => {
    setRunning(true);
    saveFile(getFile())
      .catch((error: unknown) => showFailure(sentenceOf(t, error)))
      .finally(() => setRunning(false));
  };
  return (
    <Button
      className="pointer-coarse:h-11"
      aria-label={t("reports.save", { format: name })}
      title={t("reports.save", { format: name })}
      disabled={isRunning}
      onClick={save}
    >
      {isRunning ? (
        <Download aria-hidden size={16} className="animate-pulse max-lg:hidden" />
      ) : (
        <Icon aria-hidden size={16} className="max-lg:hidden" />
      )}
      {name}
    </Button>
  );
}

function Skeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("board.loading")} className="flex animate-pulse flex-col gap-4">
      <div className="h-24 rounded-lg bg-line" />
      <div className="h-80 rounded-lg bg-line" />
    </div>
  );
}
