/** What was sold in a period: services by category, and all else by kind. */
import { Flower2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { getServiceReport, type ItemLine } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { grouped, inLanguage } from "@/i18n/format";
import { Frame } from "./Frame";
import { groupItems, type ItemGroup } from "./figures";
import { PeriodPicker } from "./PeriodPicker";
import { Card } from "./parts";
import { periodFor } from "./periodFor";
import { type Column, ReportTable } from "./ReportTable";
import { useReport, type ViewProps } from "./useReport";

type Sold = Pick<ItemLine, "quantity" | "price" | "discount" | "refunded" | "gross" | "tax" | "net">;

export function ServicesView({ branch, scope, today, search, onSearch }: ViewProps) {
  const { t } = useTranslation();
  const { query: days, picker, changes } = periodFor(search, today);
  const query = { ...scope, ...days };
  const report = useReport("services", query, (signal) => call(getServiceReport({ query, signal })), {
    changes,
  });
  return (
    <Frame
      filter={<PeriodPicker {...picker} onChange={onSearch} />}
      report={report}
      zone={branch.time_zone}
      files={{
        csv: () => getServiceReport({ query: { ...query, format: "csv" }, parseAs: "blob" }),
        xlsx: () => getServiceReport({ query: { ...query, format: "xlsx" }, parseAs: "blob" }),
      }}
      emptyText={({ items }) => (items.length > 0 ? null : t("reports.empty.period"))}
      emptyIcon={Flower2}
    >
      {({ items }) => <Sales groups={groupItems(items)} />}
    </Frame>
  );
}

function Sales({ groups }: { groups: ItemGroup[] }) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const groupName = ({ kind, category }: ItemGroup) =>
    category === null ? t(`reports.kind.${kind}`) : inLanguage(category, language);
  const column = (name: keyof Sold, isExtra = false): Column<Sold> => ({
    name: t(`reports.column.${name === "refunded" ? "returned" : name}`),
    value: (sold) => sold[name],
    isExtra,
  });
  const columns: Column<Sold>[] = [
    { ...column("quantity"), show: grouped, isNoSum: true },
    column("price", true),
    column("discount", true),
    column("refunded", true),
    column("gross"),
    column("tax", true),
    column("net"),
  ];
  return (
    <>
      <Card title={t("reports.byGroup")}>
        <ReportTable
          caption={t("reports.byGroup")}
          head={t("reports.column.group")}
          rows={groups}
          idOf={({ id }) => id}
          nameOf={groupName}
          columns={[{ ...column("quantity"), show: grouped, isNoSum: true }, column("gross"), column("net")]}
          bar={({ net }) => net}
          hasSums
        />
        {groups.some(({ kind }) => kind === "course" || kind === "gift_card") && (
          <p className="px-4 pb-3 text-muted text-sm">{t("reports.later")}</p>
        )}
      </Card>
      <Card title={t("reports.byItem")}>
        <ReportTable<ItemLine, Sold>
          caption={t("reports.byItem")}
          head={t("reports.column.name")}
          rows={groups.flatMap(({ items }) => items)}
          groups={groups.map((group) => ({
            id: group.id,
            name: groupName(group),
            sums: group,
            rows: group.items,
          }))}
          idOf={({ kind, item_id }) => `${kind}/${item_id}`}
          nameOf={({ kind, name }) => (
            <>
              {inLanguage(name, language)}
              {kind === "session" && (
                <span className="text-muted text-sm">{` · ${t("reports.kind.session")}`}</span>
              )}
            </>
          )}
          columns={columns}
          bar={({ net = 0 }) => net}
        />
      </Card>
    </>
  );
}
