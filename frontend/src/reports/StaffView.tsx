/** What each person did, sold and earned in a period. */
import { Link } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { getStaffReport } from "@/api/generated";
import { grouped } from "@/i18n/format";
import { Frame } from "./Frame";
import { PeriodPicker } from "./PeriodPicker";
import { Card } from "./parts";
import { periodFor } from "./periodFor";
import { ReportTable } from "./ReportTable";
import { useReport, type ViewProps } from "./useReport";

export function StaffView({ branch, scope, today, search, onSearch }: ViewProps) {
  const { t } = useTranslation();
  const { query: days, picker, changes } = periodFor(search, today);
  const query = { ...scope, ...days };
  const report = useReport("staff", query, (signal) => call(getStaffReport({ query, signal })), { changes });
  return (
    <Frame
      filter={<PeriodPicker {...picker} onChange={onSearch} />}
      report={report}
      zone={branch.time_zone}
      files={{
        csv: () => getStaffReport({ query: { ...query, format: "csv" }, parseAs: "blob" }),
        xlsx: () => getStaffReport({ query: { ...query, format: "xlsx" }, parseAs: "blob" }),
      }}
      emptyText={({ people }) => (people.length > 0 ? null : t("reports.empty.staff"))}
      emptyIcon={UsersRound}
    >
      {({ people }) => (
        <Card title={t("reports.byPerson")}>
          <ReportTable
            caption={t("reports.byPerson")}
            head={t("reports.column.person")}
            rows={people}
            idOf={({ staff_id }) => staff_id ?? ""}
            nameOf={({ staff_id, full_name }) =>
              staff_id === null ? (
                <span className="text-muted">{t("reports.nobody")}</span>
              ) : (
                <Link
                  to="/desk/reports/commissions"
                  search={{
                    branch: search.branch,
                    person: staff_id,
                    period: search.period,
                    first: search.first,
                    last: search.last,
                  }}
                  preload={false}
                  className="rounded-sm underline-offset-2 hover:underline"
                >
                  {full_name}
                </Link>
              )
            }
            columns={[
              { name: t("reports.column.treatments"), value: (row) => row.treatments, show: grouped },
              { name: t("reports.line.revenue"), value: (row) => row.revenue },
              { name: t("reports.column.services"), value: (row) => row.services, isExtra: true },
              { name: t("reports.column.sessions"), value: (row) => row.sessions, isExtra: true },
              { name: t("reports.column.products"), value: (row) => row.products, isExtra: true },
              { name: t("reports.column.courses"), value: (row) => row.courses, isExtra: true },
              { name: t("reports.column.gift_cards"), value: (row) => row.gift_cards, isExtra: true },
              { name: t("reports.line.tips"), value: (row) => row.tips },
              { name: t("reports.line.commissions"), value: (row) => row.commissions },
            ]}
            bar={({ revenue }) => revenue}
            hasSums
          />
        </Card>
      )}
    </Frame>
  );
}
