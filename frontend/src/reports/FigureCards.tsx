/** The figures of a day or a month: the main ones, what was sold, how it was paid, tax and all else, and branch by branch. */
import { useTranslation } from "react-i18next";
import type { BranchLine } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { grouped, money } from "@/i18n/format";
import { percentOf } from "@/setup/percent";
import { Change } from "./Change";
import type { Figures, ReportLine } from "./figures";
import { Card, Tile, Tiles } from "./parts";
import { type Column, ReportTable } from "./ReportTable";

const MAIN = ["revenue", "bills", "received", "tips", "discounts", "refunded"] as const;
const OTHER = ["fees", "forfeited", "commissions", "goodwill", "expenses", "cash_difference"] as const;

interface MainProps {
  figures: Figures;
  before: ReportLine | undefined;
  /** The name of the period before. */
  than: string;
}

export function MainFigures({ figures, before, than }: MainProps) {
  const { t } = useTranslation();
  return (
    <Tiles count={6}>
      {MAIN.map((name) => {
        const now = figures[name] ?? 0;
        const was = name === "discounts" || name === "refunded" ? undefined : before?.[name];
        return (
          <Tile
            key={name}
            name={t(`reports.line.${name}`)}
            value={name === "bills" ? grouped(now) : money(now)}
            hint={<Change now={now} before={was} than={than} />}
          />
        );
      })}
    </Tiles>
  );
}

export function FigureCards({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const { payments = [], kinds = [], taxes = [] } = figures;
  const others = OTHER.filter((name) => (figures[name] ?? 0) !== 0);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title={t("reports.byKind")}>
        <ReportTable
          caption={t("reports.byKind")}
          head={t("reports.column.kind")}
          rows={kinds}
          idOf={({ kind }) => kind}
          nameOf={({ kind }) => t(`reports.kind.${kind}`)}
          columns={[
            {
              name: t("reports.column.quantity"),
              value: (row) => row.quantity,
              show: grouped,
              isNoSum: true,
            },
            { name: t("reports.column.discount"), value: (row) => row.discount, isExtra: true },
            { name: t("reports.column.gross"), value: (row) => row.gross },
          ]}
          bar={({ gross = 0 }) => gross}
          hasSums
        />
      </Card>
      <Card title={t("reports.byMethod")}>
        <ReportTable
          caption={t("reports.byMethod")}
          head={t("reports.column.method")}
          rows={payments}
          idOf={({ method }) => method}
          nameOf={({ method }) => t(`reports.method.${method}`)}
          columns={[
            { name: t("reports.column.taken"), value: (row) => row.received },
            { name: t("reports.column.returned"), value: (row) => row.refunded },
          ]}
          bar={({ received }) => received}
          hasSums
        />
      </Card>
      {taxes.length > 0 && (
        <Card title={t("reports.taxes")}>
          <ReportTable
            caption={t("reports.taxes")}
            head={t("reports.column.rate")}
            rows={taxes}
            idOf={({ rate }) => String(rate)}
            nameOf={({ rate }) => t("reports.percent", { value: percentOf(rate, currentLanguage()) })}
            columns={[
              { name: t("reports.column.gross"), value: (row) => row.gross },
              { name: t("reports.column.tax"), value: (row) => row.tax },
            ]}
            hasSums
          />
        </Card>
      )}
      {others.length > 0 && (
        <Card title={t("reports.other")}>
          <ReportTable
            caption={t("reports.other")}
            head={t("reports.column.item")}
            rows={others}
            idOf={(name) => name}
            nameOf={(name) => t(`reports.line.${name}`)}
            columns={[{ name: t("reports.column.amount"), value: (name) => figures[name] }]}
          />
        </Card>
      )}
    </div>
  );
}

/** The columns of days and of branches. */
export function useLineColumns(): Column<ReportLine>[] {
  const { t } = useTranslation();
  return [
    { name: t("reports.line.bills"), value: (line) => line.bills, show: grouped },
    { name: t("reports.line.revenue"), value: (line) => line.revenue },
    { name: t("reports.line.tax"), value: (line) => line.tax, isExtra: true },
    { name: t("reports.line.tips"), value: (line) => line.tips },
    { name: t("reports.line.received"), value: (line) => line.received },
    { name: t("reports.line.refunded"), value: (line) => line.refunded, isExtra: true },
  ];
}

export function BranchCard({ branches }: { branches: BranchLine[] }) {
  const { t } = useTranslation();
  const columns = useLineColumns();
  return (
    <Card title={t("reports.byBranch")}>
      <ReportTable
        caption={t("reports.byBranch")}
        head={t("reports.column.branch")}
        rows={branches}
        idOf={({ branch_id }) => branch_id}
        nameOf={({ name }) => name}
        columns={columns}
        bar={({ revenue = 0 }) => revenue}
        hasSums
      />
    </Card>
  );
}
