/** The guests of a period, how many of them had come before, and how full therapists and beds were. */
import { DoorOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type GuestCount, getVisitReport, type Use } from "@/api/generated";
import { grouped } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { Frame } from "./Frame";
import { shareOf } from "./figures";
import { PeriodPicker } from "./PeriodPicker";
import { Card, Tile, Tiles } from "./parts";
import { periodFor } from "./periodFor";
import { type Column, ReportTable } from "./ReportTable";
import { useReport, type ViewProps } from "./useReport";
import { hours } from "./words";

export function VisitsView({ branch, scope, today, search, onSearch }: ViewProps) {
  const { t } = useTranslation();
  const { query: days, picker, changes } = periodFor(search, today);
  const query = { ...scope, ...days };
  const report = useReport("visits", query, (signal) => call(getVisitReport({ query, signal })), { changes });
  const { branches } = useBranches();
  const nameOf = (id: string) =>
    scope.branch_id === undefined ? branches.find((one) => one.id === id)?.name : undefined;
  return (
    <Frame
      filter={<PeriodPicker {...picker} onChange={onSearch} />}
      report={report}
      zone={branch.time_zone}
      files={{
        csv: () => getVisitReport({ query: { ...query, format: "csv" }, parseAs: "blob" }),
        xlsx: () => getVisitReport({ query: { ...query, format: "xlsx" }, parseAs: "blob" }),
      }}
      emptyText={({ guests, therapists, beds }) =>
        guests.came === 0 && therapists.length === 0 && beds.length === 0 ? t("reports.empty.visits") : null
      }
      emptyIcon={DoorOpen}
    >
      {({ guests, therapists, beds }) => (
        <>
          <Guests guests={guests} />
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <UseCard kind="therapists" uses={therapists} branchOf={nameOf} />
            <UseCard kind="beds" uses={beds} branchOf={nameOf} />
          </div>
        </>
      )}
    </Frame>
  );
}

function Guests({ guests }: { guests: GuestCount }) {
  const { t } = useTranslation();
  const known = guests.new + guests.returning;
  const parts = (
    [
      { name: "returning", fill: "bg-accent" },
      { name: "new", fill: "bg-confirmed-edge" },
    ] as const
  ).filter(({ name }) => guests[name] > 0);
  return (
    <>
      <Tiles count={4}>
        {(["came", "new", "returning", "unnamed"] as const).map((name) => (
          <Tile key={name} name={t(`reports.guests.${name}`)} value={grouped(guests[name])} />
        ))}
      </Tiles>
      {known > 0 && (
        <Card title={t("reports.guests.share")}>
          <div className="px-4 pt-1 pb-4">
            <div aria-hidden className="flex h-3 gap-0.5 overflow-hidden rounded-full">
              {parts.map(({ name, fill }) => (
                <span
                  key={name}
                  className={`${fill} forced-colors:border`}
                  style={{ width: `${(100 * guests[name]) / known}%` }}
                />
              ))}
            </div>
            <ul className="tabular mt-2 flex flex-wrap gap-x-5 gap-y-1">
              {parts.map(({ name, fill }) => (
                <li key={name} className="flex items-center gap-2">
                  <span aria-hidden className={`size-2.5 rounded-full ${fill}`} />
                  {t("reports.guests.shareOf", {
                    name: t(`reports.guests.${name}`),
                    count: grouped(guests[name]),
                    percent: shareOf(guests[name], known),
                  })}
                </li>
              ))}
            </ul>
            <p className="mt-2 text-muted text-sm">{t("reports.guests.hint")}</p>
          </div>
        </Card>
      )}
    </>
  );
}

interface UseProps {
  kind: "therapists" | "beds";
  uses: Use[];
  /** The name of a branch, where there are several. */
  branchOf: (id: string) => string | undefined;
}

function UseCard({ kind, uses, branchOf }: UseProps) {
  const { t } = useTranslation();
  const share = (use: Use) => use.booked_minutes / Math.max(1, use.available_minutes);
  const sum = (minutes: (use: Use) => number) => uses.reduce((total, use) => total + minutes(use), 0);
  const mean = shareOf(
    sum((use) => use.booked_minutes),
    sum((use) => use.available_minutes),
  );
  const title = t(`reports.use.${kind}`);
  const columns: Column<Use>[] = [
    {
      name: t("reports.column.booked"),
      value: (use) => use.booked_minutes,
      show: (minutes) => hours(t, minutes),
    },
    {
      name: t(kind === "beds" ? "reports.column.open" : "reports.column.onShift"),
      value: (use) => use.available_minutes,
      show: (minutes) => hours(t, minutes),
    },
    {
      name: t("reports.column.used"),
      value: (use) => shareOf(use.booked_minutes, use.available_minutes),
      show: (value) => t("reports.percent", { value }),
      isNoSum: true,
    },
  ];
  return (
    <Card
      title={title}
      aside={
        uses.length > 0 && (
          <span className="tabular text-muted">{t("reports.use.mean", { percent: mean })}</span>
        )
      }
    >
      {uses.length === 0 ? (
        <p className="px-4 pb-4 text-muted">
          {t(kind === "beds" ? "reports.use.noBeds" : "reports.use.noTherapists")}
        </p>
      ) : (
        <ReportTable
          caption={title}
          head={t("reports.column.name")}
          rows={[...uses].sort((one, other) => share(other) - share(one))}
          idOf={({ id, branch_id }) => `${id}/${branch_id}`}
          nameOf={({ name, room, branch_id }) => (
            <>
              {name}
              <span className="text-muted text-sm">
                {[room, branchOf(branch_id)].filter(Boolean).map((more) => ` · ${more}`)}
              </span>
            </>
          )}
          columns={columns}
          bar={share}
          most={1}
        />
      )}
    </Card>
  );
}
