/** Bank transfers that wait for a person, and those that were dealt with. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CircleCheckBig, Landmark, Store } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { Segments } from "@/customers/Segments";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { money } from "@/i18n/format";
import { useBranch, useWorksAtDesk } from "@/shell/branches";
import { DoneTransfers } from "./DoneTransfers";
import { TransferCard } from "./TransferCard";
import { leftOf } from "./transfer";
import { ASK, useTransfers } from "./transfers";

/** So many look for their bills at once, the others when they are asked to. */
const AT_ONCE = 10;

export function TransfersPage() {
  const { t } = useTranslation();
  const branch = useBranch();
  const isDesk = useWorksAtDesk(branch?.id ?? "");
  useTitle(t("till.transfers.title"));
  if (branch === undefined) return null;
  if (!isDesk)
    return <Notice icon={Store} title={t("till.drawer.notAllowed")} hint={t("account.noDeskHint")} />;
  return <Transfers key={branch.id} branch={branch} />;
}

function Transfers({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { done = false } = useSearch({ from: "/desk/transfers" });
  const { data, error, refetch } = useTransfers(branch, { isDone: done, every: ASK.page });
  const items = data?.items ?? [];
  const sum = items.reduce((total, transfer) => total + leftOf(transfer), 0);
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto flex min-h-full max-w-5xl flex-col gap-4 p-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="font-semibold text-xl">{t("till.transfers.title")}</h1>
          <Segments
            label={t("till.transfers.which")}
            value={done ? "done" : "open"}
            options={{ open: t("till.transfers.open"), done: t("till.transfers.done") }}
            onValue={(value) =>
              void navigate({
                to: "/desk/transfers",
                search: (before) => ({ ...before, done: value === "done" || undefined }),
                replace: true,
              })
            }
          />
          <p role="status" className="tabular ml-auto text-muted empty:hidden">
            {!done &&
              items.length > 0 &&
              t("till.transfers.sum", { count: items.length, amount: money(sum) })}
          </p>
        </div>
        {data === undefined && error !== null && <Failure error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && (
          <div aria-hidden className="h-44 animate-pulse rounded-lg bg-line" />
        )}
        {data !== undefined && items.length === 0 && (
          <Notice
            icon={done ? Landmark : CircleCheckBig}
            title={t(done ? "till.transfers.noneDone" : "till.transfers.none")}
            hint={t(done ? "till.transfers.noneDoneHint" : "till.transfers.noneHint")}
          />
        )}
        {items.length > 0 && done && <DoneTransfers branch={branch} transfers={items} />}
        {items.length > 0 && !done && (
          <ul className="flex flex-col gap-3">
            {items.map((transfer, index) => (
              <li key={transfer.id}>
                <TransferCard branch={branch} transfer={transfer} isLoaded={index < AT_ONCE} />
              </li>
            ))}
          </ul>
        )}
        {data?.hasMore && <p className="text-muted text-sm">{t("till.transfers.more")}</p>}
      </div>
    </div>
  );
}
