/** The frame of reports and statements: the title, which report it is, and the content, which scrolls. */
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useBranches } from "@/shell/branches";
import { sees, useReportRights } from "./rights";
import { type ReportsSearch, VIEWS, type View } from "./search";

interface Props {
  branchId: string;
  view: View | "commissions";
  /** Beside the title. */
  aside?: ReactNode;
  children: ReactNode;
}

const TAB =
  "flex h-10 shrink-0 items-center border-transparent border-b-2 px-3 font-medium text-muted hover:text-text data-[current]:border-accent data-[current]:text-text pointer-coarse:h-11";

export function Page({ branchId, view, aside, children }: Props) {
  const { t } = useTranslation();
  const rights = useReportRights(branchId);
  const { branches } = useBranches();
  const nav = useRef<HTMLElement>(null);
  const views = VIEWS.filter((one) => sees(rights, one) && (one !== "branches" || branches.length > 1));
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is where the current one is
  useEffect(() => {
    nav.current?.querySelector("[data-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [view]);
  const current = (one: string) =>
    one === view ? ({ "aria-current": "page", "data-current": true } as const) : {};
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="mx-auto flex min-h-13 w-full max-w-7xl shrink-0 flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-2">
        <h1 className="font-semibold text-xl">{t("nav.reports")}</h1>
        {aside !== undefined && <div className="ml-auto">{aside}</div>}
      </div>
      <div className="shrink-0 border-line border-b">
        <nav
          ref={nav}
          aria-label={t("reports.which")}
          className="mx-auto flex max-w-7xl gap-1 overflow-x-auto px-1"
        >
          {views.map((one) => (
            <Link
              key={one}
              to="/desk/reports"
              search={(before: ReportsSearch) => ({ ...before, report: one })}
              activeProps={{}}
              preload={false}
              className={TAB}
              {...current(one)}
            >
              {t(`reports.view.${one}`)}
            </Link>
          ))}
          <Link
            to="/desk/reports/commissions"
            search={({ branch, period, first, last }: ReportsSearch) => ({ branch, period, first, last })}
            activeProps={{}}
            preload={false}
            className={TAB}
            {...current("commissions")}
          >
            {t("reports.view.commissions")}
          </Link>
        </nav>
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="mx-auto flex min-h-full max-w-7xl flex-col p-4">{children}</div>
      </div>
    </div>
  );
}
