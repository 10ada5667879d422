/** A business day, against the same weekday of the week before. */
import { ReceiptText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { getDayReport } from "@/api/generated";
import { addDays } from "@/board/time";
import { shortDayName } from "@/i18n/format";
import { DayPicker } from "@/till/DayPicker";
import { BranchCard, FigureCards, MainFigures } from "./FigureCards";
import { Frame } from "./Frame";
import { hasFigures } from "./figures";
import { useReport, type ViewProps } from "./useReport";

export function DayView({ branch, scope, today, search, onSearch }: ViewProps) {
  const { t } = useTranslation();
  const { day = today } = search;
  const query = { ...scope, day };
  const weekBefore = addDays(day, -7);
  const report = useReport("day", query, (signal) => call(getDayReport({ query, signal })), {
    changes: day >= today,
  });
  // A day that is not over is not compared with one that is.
  const before = useReport(
    "day",
    { ...scope, day: weekBefore },
    (signal) => call(getDayReport({ query: { ...scope, day: weekBefore }, signal })),
    { isNeeded: day < today },
  );
  return (
    <Frame
      filter={<DayPicker day={day} today={today} onDay={(next) => onSearch({ day: next })} />}
      report={report}
      zone={branch.time_zone}
      files={{
        csv: () => getDayReport({ query: { ...query, format: "csv" }, parseAs: "blob" }),
        xlsx: () => getDayReport({ query: { ...query, format: "xlsx" }, parseAs: "blob" }),
      }}
      emptyText={(figures) => (hasFigures(figures) ? null : t("reports.empty.day"))}
      emptyIcon={ReceiptText}
    >
      {(figures) => (
        <>
          <MainFigures
            figures={figures}
            before={day < today && !before.isPlaceholderData ? before.data : undefined}
            than={shortDayName(t, weekBefore)}
          />
          {figures.branches.length > 0 && <BranchCard branches={figures.branches} />}
          <FigureCards figures={figures} />
        </>
      )}
    </Frame>
  );
}
