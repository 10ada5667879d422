/** All branches beside each other, in a month. */
import { Store } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { getMonthReport } from "@/api/generated";
import { BranchCard, MainFigures } from "./FigureCards";
import { Frame } from "./Frame";
import { hasFigures } from "./figures";
import { MonthPicker } from "./MonthPicker";
import { monthOf } from "./period";
import { useReport, type ViewProps } from "./useReport";

export function BranchesView({ branch, today, search, onSearch }: ViewProps) {
  const { t } = useTranslation();
  const { month = monthOf(today) } = search;
  const query = { month };
  const report = useReport("month", query, (signal) => call(getMonthReport({ query, signal })), {
    changes: month >= monthOf(today),
  });
  return (
    <Frame
      filter={<MonthPicker month={month} today={today} onMonth={(next) => onSearch({ month: next })} />}
      report={report}
      zone={branch.time_zone}
      files={{
        csv: () => getMonthReport({ query: { ...query, format: "csv" }, parseAs: "blob" }),
        xlsx: () => getMonthReport({ query: { ...query, format: "xlsx" }, parseAs: "blob" }),
      }}
      emptyText={(figures) => (hasFigures(figures) ? null : t("reports.empty.month"))}
      emptyIcon={Store}
    >
      {(figures) => (
        <>
          <BranchCard
            branches={[...figures.branches].sort((one, other) => (other.revenue ?? 0) - (one.revenue ?? 0))}
          />
          <MainFigures figures={figures} before={undefined} than="" />
        </>
      )}
    </Frame>
  );
}
