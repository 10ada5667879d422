/** The reports: of a branch or of all, each with its filters in the address. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { Segments } from "@/customers/Segments";
import { Notice } from "@/design/Notice";
import { useBranch, useBranches } from "@/shell/branches";
import { businessDay } from "@/till/bill";
import { BranchesView } from "./BranchesView";
import { DayView } from "./DayView";
import { MonthView } from "./MonthView";
import { OwedView } from "./OwedView";
import { Page } from "./Page";
import { sees, useReportRights } from "./rights";
import { ServicesView } from "./ServicesView";
import { StaffView } from "./StaffView";
import type { ReportsSearch, View } from "./search";
import type { ViewProps } from "./useReport";
import { VisitsView } from "./VisitsView";

const VIEWS: Record<View, (props: ViewProps) => ReactNode> = {
  day: DayView,
  month: MonthView,
  branches: BranchesView,
  services: ServicesView,
  staff: StaffView,
  visits: VisitsView,
  owed: OwedView,
};

export function ReportsPage() {
  const { t } = useTranslation();
  const branch = useBranch();
  useTitle(t("nav.reports"));
  return branch === undefined ? null : <Reports key={branch.id} branch={branch} />;
}

function Reports({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: "/desk/reports" });
  const rights = useReportRights(branch.id);
  const { branches } = useBranches();
  const { report: view = rights.isAdmin ? "month" : "day" } = search;
  const canSeeAll = rights.isSpaAdmin && branches.length > 1;
  const isAll = canSeeAll && search.all === true;
  const go = (change: ReportsSearch) =>
    void navigate({ to: "/desk/reports", search: (before) => ({ ...before, ...change }), replace: true });
  const Shown = VIEWS[view];
  return (
    <Page
      branchId={branch.id}
      view={view}
      aside={
        canSeeAll &&
        view !== "branches" && (
          <Segments
            label={t("reports.scope")}
            value={isAll ? "all" : "one"}
            options={{ one: t("reports.oneBranch"), all: t("reports.allBranches") }}
            onValue={(value) => go({ all: value === "all" || undefined })}
          />
        )
      }
    >
      {sees(rights, view) ? (
        <Shown
          branch={branch}
          scope={isAll ? {} : { branch_id: branch.id }}
          today={businessDay(branch)}
          search={search}
          onSearch={go}
        />
      ) : (
        <Notice
          icon={Lock}
          title={t(view === "branches" ? "reports.onlySpa" : "reports.onlyAdmin")}
          hint={t("reports.onlyAdminHint")}
        />
      )}
    </Page>
  );
}
