/** The own statement of a therapist, month by month. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronLeft, HandCoins } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { buttonClass } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { MonthPicker } from "@/reports/MonthPicker";
import { daysOfMonth, monthOf } from "@/reports/period";
import { Statement } from "@/reports/Statement";
import { isEmpty } from "@/reports/statement";
import { businessDay } from "@/till/bill";
import { Page } from "./Page";
import { Person } from "./Person";
import { Skeleton } from "./states";
import { useStatement } from "./useStatement";

export function EarningsPage() {
  const { t } = useTranslation();
  useTitle(t("statement.title"));
  return (
    <Person title={t("statement.title")}>
      {(_, [branch]) => branch !== undefined && <Earnings branch={branch} />}
    </Person>
  );
}

function Earnings({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const today = businessDay(branch);
  const { month = monthOf(today) } = useSearch({ from: "/me/earnings" });
  const { first, last } = daysOfMonth(month);
  const changes = last >= today;
  const { data, error, isPlaceholderData, refetch } = useStatement(
    { first_day: first, last_day: changes ? today : last },
    { changes },
  );
  return (
    <Page
      title={t("statement.title")}
      facts={
        <Link to="/me" className={`${buttonClass("quiet")} h-11!`}>
          <ChevronLeft aria-hidden size={18} />
          {t("me.day")}
        </Link>
      }
    >
      <div className="flex flex-col gap-4">
        <MonthPicker
          month={month}
          today={today}
          onMonth={(next) => void navigate({ to: "/me/earnings", search: { month: next }, replace: true })}
        />
        {data === undefined && error !== null && (
          <Failure size="lg" error={error} onRetry={() => void refetch()} />
        )}
        {data === undefined && error === null && <Skeleton />}
        {data !== undefined && (
          <div aria-busy={isPlaceholderData} className="transition-opacity aria-busy:opacity-50">
            {isEmpty(data) ? (
              <Notice icon={HandCoins} title={t("statement.none")} />
            ) : (
              <Statement statement={data} today={today} />
            )}
          </div>
        )}
      </div>
    </Page>
  );
}
