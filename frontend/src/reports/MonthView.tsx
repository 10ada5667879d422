/** A month, day by day, against the same days of the month before. */

import { Link } from "@tanstack/react-router";
import { ReceiptText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type DayLine, getMonthReport } from "@/api/generated";
import { partsOf } from "@/board/time";
import { Segments } from "@/customers/Segments";
import { dayName, grouped, money } from "@/i18n/format";
import { Columns } from "./Columns";
import { BranchCard, FigureCards, MainFigures, useLineColumns } from "./FigureCards";
import { Frame } from "./Frame";
import { hasFigures, sumOf } from "./figures";
import { MonthPicker } from "./MonthPicker";
import { Card } from "./parts";
import { addMonths, daysOfMonth, monthOf } from "./period";
import { ReportTable } from "./ReportTable";
import { MEASURES, type Measure, type ReportsSearch } from "./search";
import { useReport, type ViewProps } from "./useReport";
import { periodName, shortAmount } from "./words";

export function MonthView({ branch, scope, today, search, onSearch }: ViewProps) {
  const { t } = useTranslation();
  const { month = monthOf(today), measure = "revenue" } = search;
  const query = { ...scope, month };
  const report = useReport("month", query, (signal) => call(getMonthReport({ query, signal })), {
    changes: month >= monthOf(today),
  });
  const monthBefore = addMonths(month, -1);
  const before = useReport("month", { ...scope, month: monthBefore }, (signal) =>
    call(getMonthReport({ query: { ...scope, month: monthBefore }, signal })),
  );
  // A month that is not over is compared with as many days as it has by now.
  const isOver = month < monthOf(today);
  const compared = (before.data?.days ?? []).filter(({ day }) => isOver || day.slice(8) <= today.slice(8));
  const whole = daysOfMonth(monthBefore);
  const last = compared.at(-1)?.day ?? whole.last;
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
      emptyIcon={ReceiptText}
    >
      {(figures) => (
        <>
          <MainFigures
            figures={figures}
            before={compared.length === 0 || before.isPlaceholderData ? undefined : sumOf(compared)}
            than={periodName(t, { first: whole.first, last })}
          />
          <DayChart
            days={figures.days}
            today={today}
            by={measure}
            onBy={(next) => onSearch({ measure: next })}
          />
          {figures.branches.length > 0 && <BranchCard branches={figures.branches} />}
          <FigureCards figures={figures} />
          <DayTable days={figures.days.filter(({ day }) => day <= today)} today={today} />
        </>
      )}
    </Frame>
  );
}

interface ChartProps {
  days: DayLine[];
  today: string;
  by: Measure;
  onBy: (by: Measure) => void;
}

function DayChart({ days, today, by, onBy }: ChartProps) {
  const { t } = useTranslation();
  const show = (value: number) => (by === "bills" ? grouped(value) : money(value));
  return (
    <Card
      title={t("reports.byDay")}
      aside={
        <Segments
          label={t("reports.measure.label")}
          value={by}
          options={Object.fromEntries(MEASURES.map((one) => [one, t(`reports.measure.${one}`)]))}
          onValue={onBy}
        />
      }
    >
      <figure aria-label={t("reports.chart", { measure: t(`reports.line.${by}`) })}>
        <Columns
          bars={days.map((line) => {
            const { weekday, date } = partsOf(line.day);
            const value = line[by] ?? 0;
            return {
              day: line.day,
              label: String(date),
              value,
              title: dayName(t, line.day, today),
              texts: [
                show(value),
                ...(by === "bills" ? [] : [t("reports.bills", { count: line.bills ?? 0 })]),
              ],
              isWeekend: weekday === 0 || weekday === 6,
              isAhead: line.day > today,
            };
          })}
          show={(value) => (by === "bills" ? grouped(value) : shortAmount(t, value))}
        />
      </figure>
    </Card>
  );
}

function DayTable({ days, today }: { days: DayLine[]; today: string }) {
  const { t } = useTranslation();
  const columns = useLineColumns();
  return (
    <Card title={t("reports.dayTable")}>
      <ReportTable
        caption={t("reports.dayTable")}
        head={t("reports.column.day")}
        rows={days}
        idOf={({ day }) => day}
        nameOf={({ day }) => (
          <Link
            to="/desk/reports"
            search={(before: ReportsSearch) => ({ ...before, report: "day" as const, day })}
            preload={false}
            className="rounded-sm underline-offset-2 hover:underline"
          >
            {dayName(t, day, today)}
          </Link>
        )}
        columns={columns}
        bar={({ revenue = 0 }) => revenue}
        hasSums
      />
    </Card>
  );
}
