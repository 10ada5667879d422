/** What the spa owed at the end of a day: to guests what they have paid for, to staff what they have earned. */
import { Link } from "@tanstack/react-router";
import { HandHeart } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { getOwedReport, type OwedReport } from "@/api/generated";
import { dayName, money } from "@/i18n/format";
import { DayPicker } from "@/till/DayPicker";
import { Frame } from "./Frame";
import { Card, Tile, Tiles } from "./parts";
import { monthOf } from "./period";
import { ReportTable } from "./ReportTable";
import { useReport, type ViewProps } from "./useReport";

const KINDS = [
  "courses",
  "gift_cards",
  "deposits",
  "open_bills",
  "unmatched",
  "commissions",
  "tips",
] as const;

export function OwedView({ branch, scope, today, search, onSearch }: ViewProps) {
  const { t } = useTranslation();
  const { day = today } = search;
  const query = { ...scope, day };
  const report = useReport("owed", query, (signal) => call(getOwedReport({ query, signal })), {
    changes: day >= today,
  });
  return (
    <Frame
      filter={<DayPicker day={day} today={today} onDay={(next) => onSearch({ day: next })} />}
      report={report}
      zone={branch.time_zone}
      files={{
        csv: () => getOwedReport({ query: { ...query, format: "csv" }, parseAs: "blob" }),
        xlsx: () => getOwedReport({ query: { ...query, format: "xlsx" }, parseAs: "blob" }),
      }}
      emptyText={(owed) => (KINDS.some((kind) => (owed[kind] ?? 0) !== 0) ? null : t("reports.empty.owed"))}
      emptyIcon={HandHeart}
    >
      {(owed) => (
        <>
          <Sums owed={owed} today={today} />
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Card title={t("reports.owed.byKind")}>
              <ReportTable
                caption={t("reports.owed.byKind")}
                head={t("reports.column.item")}
                rows={KINDS}
                idOf={(kind) => kind}
                nameOf={(kind) => t(`reports.owed.kind.${kind}`)}
                columns={[{ name: t("reports.column.amount"), value: (kind) => owed[kind] }]}
                bar={(kind) => owed[kind] ?? 0}
                hasSums
              />
            </Card>
            {owed.people.length > 0 && (
              <Card title={t("reports.owed.toPeople")}>
                <ReportTable
                  caption={t("reports.owed.toPeople")}
                  head={t("reports.column.person")}
                  rows={owed.people}
                  idOf={({ staff_id }) => staff_id}
                  nameOf={({ staff_id, full_name }) => (
                    <Link
                      to="/desk/reports/commissions"
                      search={{
                        branch: search.branch,
                        person: staff_id,
                        first: `${monthOf(day)}-01`,
                        last: day,
                      }}
                      preload={false}
                      className="rounded-sm underline-offset-2 hover:underline"
                    >
                      {full_name}
                    </Link>
                  )}
                  columns={[
                    { name: t("reports.line.commissions"), value: (row) => row.commissions },
                    { name: t("reports.line.tips"), value: (row) => row.tips },
                  ]}
                  bar={({ commissions, tips }) => commissions + tips}
                  hasSums
                />
              </Card>
            )}
          </div>
          {owed.branches.length > 0 && (
            <Card title={t("reports.byBranch")}>
              <ReportTable
                caption={t("reports.byBranch")}
                head={t("reports.column.branch")}
                rows={owed.branches}
                idOf={({ branch_id }) => branch_id}
                nameOf={({ name }) => name}
                columns={[
                  ...KINDS.map((kind) => ({
                    name: t(`reports.owed.kind.${kind}`),
                    value: (row: (typeof owed.branches)[number]) => row[kind],
                    isExtra: true,
                  })),
                  { name: t("reports.total"), value: (row) => row.total },
                ]}
                bar={({ total = 0 }) => total}
                hasSums
              />
            </Card>
          )}
        </>
      )}
    </Frame>
  );
}

function Sums({ owed, today }: { owed: OwedReport; today: string }) {
  const { t } = useTranslation();
  const { courses = 0, gift_cards = 0, deposits = 0, open_bills = 0 } = owed;
  const { tips = 0, commissions = 0, unmatched = 0, total = 0 } = owed;
  return (
    <Tiles count={unmatched === 0 ? 3 : 4}>
      <Tile
        name={t("reports.owed.sum", { day: dayName(t, owed.day, today) })}
        value={money(total)}
        hint={t("reports.owed.hint")}
      />
      <Tile name={t("reports.owed.guests")} value={money(courses + gift_cards + deposits + open_bills)} />
      <Tile name={t("reports.owed.staff")} value={money(tips + commissions)} />
      {unmatched !== 0 && <Tile name={t("reports.owed.kind.unmatched")} value={money(unmatched)} />}
    </Tiles>
  );
}
