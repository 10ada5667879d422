/** Commissions: everybody's in a period, and the statement of one person. Who is no manager sees their own. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { HandCoins, UserRoundX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { type BranchRead, exportCommissionStatement, getStaffReport } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { INPUT } from "@/design/FormField";
import { Notice } from "@/design/Notice";
import { grouped } from "@/i18n/format";
import { useStatement } from "@/me/useStatement";
import { useBranch } from "@/shell/branches";
import { businessDay } from "@/till/bill";
import { useStaff } from "@/till/queries";
import { Frame } from "./Frame";
import { Page } from "./Page";
import { PeriodPicker } from "./PeriodPicker";
import { PrintStatement } from "./PrintStatement";
import { Card } from "./parts";
import { periodFor } from "./periodFor";
import { ReportTable } from "./ReportTable";
import { useReportRights } from "./rights";
import { Statement } from "./Statement";
import type { StatementSearch } from "./search";
import { isEmpty } from "./statement";
import { useReport } from "./useReport";

/** The most days that the API allows. */
const MOST = 92;

export function StatementPage() {
  const { t } = useTranslation();
  const branch = useBranch();
  useTitle(t("statement.title"));
  return branch === undefined ? null : <Commissions key={branch.id} branch={branch} />;
}

function Commissions({ branch }: { branch: BranchRead }) {
  const { isAdmin } = useReportRights(branch.id);
  const { person } = useSearch({ from: "/desk/reports/commissions" });
  return (
    <Page branchId={branch.id} view="commissions">
      {isAdmin && person === undefined ? (
        <Everybody branch={branch} />
      ) : (
        <OfPerson branch={branch} person={person} canChoose={isAdmin} />
      )}
    </Page>
  );
}

/** The filters: whose statement, and when. */
function Filter({ branch, canChoose }: { branch: BranchRead; canChoose: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: "/desk/reports/commissions" });
  const { data: staff = [] } = useStaff(branch.id);
  const { picker } = periodFor(search, businessDay(branch), MOST);
  const go = (change: StatementSearch) =>
    void navigate({
      to: "/desk/reports/commissions",
      search: (before) => ({ ...before, ...change }),
      replace: true,
    });
  const { person = "" } = search;
  return (
    <>
      {canChoose && (
        <select
          aria-label={t("statement.person")}
          className={`${INPUT} w-auto! max-w-64 font-medium max-lg:max-w-40`}
          value={person}
          onChange={({ target }) => go({ person: target.value || undefined })}
        >
          <option value="">{t("statement.all")}</option>
          {staff.map(({ id, full_name }) => (
            <option key={id} value={id}>
              {full_name}
            </option>
          ))}
          {person !== "" && staff.every(({ id }) => id !== person) && <option value={person}>…</option>}
        </select>
      )}
      <PeriodPicker {...picker} onChange={go} />
    </>
  );
}

function Everybody({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const search = useSearch({ from: "/desk/reports/commissions" });
  const { query: days, changes } = periodFor(search, businessDay(branch), MOST);
  const query = { ...days, branch_id: branch.id };
  const report = useReport("staff", query, (signal) => call(getStaffReport({ query, signal })), { changes });
  return (
    <Frame
      filter={<Filter branch={branch} canChoose />}
      report={report}
      zone={branch.time_zone}
      files={{
        csv: () => getStaffReport({ query: { ...query, format: "csv" }, parseAs: "blob" }),
        xlsx: () => getStaffReport({ query: { ...query, format: "xlsx" }, parseAs: "blob" }),
      }}
      emptyText={({ people }) =>
        people.some(({ staff_id }) => staff_id !== null) ? null : t("statement.none")
      }
      emptyIcon={HandCoins}
    >
      {({ people }) => (
        <Card title={t("statement.everybody")}>
          <ReportTable
            caption={t("statement.everybody")}
            head={t("reports.column.person")}
            rows={people
              .filter(({ staff_id }) => staff_id !== null)
              .sort((one, other) => other.commissions - one.commissions)}
            idOf={({ staff_id }) => staff_id ?? ""}
            nameOf={({ staff_id, full_name }) => (
              <Link
                to="/desk/reports/commissions"
                search={(before: StatementSearch) => ({ ...before, person: staff_id ?? undefined })}
                preload={false}
                className="rounded-sm underline-offset-2 hover:underline"
              >
                {full_name}
              </Link>
            )}
            columns={[
              { name: t("reports.column.treatments"), value: (row) => row.treatments, show: grouped },
              { name: t("reports.line.revenue"), value: (row) => row.revenue },
              { name: t("statement.earned"), value: (row) => row.commissions },
              { name: t("statement.tips"), value: (row) => row.tips },
            ]}
            bar={({ commissions }) => commissions}
            hasSums
          />
        </Card>
      )}
    </Frame>
  );
}

interface PersonProps {
  branch: BranchRead;
  person: string | undefined;
  canChoose: boolean;
}

function OfPerson({ branch, person, canChoose }: PersonProps) {
  const { t } = useTranslation();
  const search = useSearch({ from: "/desk/reports/commissions" });
  const today = businessDay(branch);
  const { query: days, changes } = periodFor(search, today, MOST);
  const query = { ...days, ...(person === undefined ? {} : { staff_id: person }) };
  const statement = useStatement(query, { changes });
  const { data, error } = statement;
  if (person === undefined && error instanceof ApiError && error.status === 404)
    return <Notice icon={UserRoundX} title={t("statement.notStaff")} hint={t("statement.notStaffHint")} />;
  return (
    <Frame
      filter={<Filter branch={branch} canChoose={canChoose} />}
      report={statement}
      zone={branch.time_zone}
      files={{ csv: () => exportCommissionStatement({ query, parseAs: "blob" }) }}
      actions={data !== undefined && <PrintStatement statement={data} today={today} />}
      emptyText={(read) => (isEmpty(read) ? t("statement.none") : null)}
      emptyIcon={HandCoins}
    >
      {(read) => (
        <>
          <h2 className="font-semibold text-lg">{t("statement.of", { name: read.full_name })}</h2>
          <Statement statement={read} today={today} />
        </>
      )}
    </Frame>
  );
}
