/** The deposits of a branch: those that wait, are kept or are owed to guests, and all that there were. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { HandCoins, Store } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BranchRead, DepositRead } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { Segments } from "@/customers/Segments";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { money, phoneNumber } from "@/i18n/format";
import { useBranch, useWorksAtDesk } from "@/shell/branches";
import { useManages } from "@/shell/manages";
import { ReasonDialog } from "@/till/ReasonDialog";
import { useMoment } from "@/till/useMoment";
import { useDeposits, useReturn } from "./data";
import { amountOf } from "./deposit";

export function DepositsPage() {
  const { t } = useTranslation();
  const branch = useBranch();
  const isDesk = useWorksAtDesk(branch?.id ?? "");
  useTitle(t("till.deposit.title"));
  if (branch === undefined) return null;
  if (!isDesk)
    return <Notice icon={Store} title={t("till.drawer.notAllowed")} hint={t("account.noDeskHint")} />;
  return <Deposits key={branch.id} branch={branch} />;
}

function Deposits({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { done = false } = useSearch({ from: "/desk/deposits" });
  const { data, error, refetch } = useDeposits({ branchId: branch.id, all: done });
  const returning = useReturn();
  const [asked, setAsked] = useState<DepositRead | null>(null);
  const items = data?.items ?? [];
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto flex min-h-full max-w-5xl flex-col gap-4 p-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="font-semibold text-xl">{t("till.deposit.title")}</h1>
          <Segments
            label={t("till.deposit.which")}
            value={done ? "all" : "open"}
            options={{ open: t("till.deposit.open"), all: t("till.deposit.all") }}
            onValue={(value) =>
              void navigate({
                to: "/desk/deposits",
                search: (before) => ({ ...before, done: value === "all" || undefined }),
                replace: true,
              })
            }
          />
        </div>
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger empty:hidden">
          {returning.error !== null && sentenceOf(t, returning.error)}
        </p>
        {data === undefined && error !== null && <Failure error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && (
          <div aria-hidden className="h-44 animate-pulse rounded-lg bg-line" />
        )}
        {data !== undefined && items.length === 0 && (
          <Notice icon={HandCoins} title={t("till.deposit.none")} hint={t("till.deposit.noneHint")} />
        )}
        {items.length > 0 && (
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
            {items.map((deposit) => (
              <Row
                key={deposit.id}
                branch={branch}
                deposit={deposit}
                isBusy={returning.isRunning}
                onReturn={() => setAsked(deposit)}
              />
            ))}
          </ul>
        )}
        {data?.next_cursor != null && <p className="text-muted text-sm">{t("till.deposit.more")}</p>}
      </div>
      {asked !== null && (
        <ReasonDialog
          title={t("till.deposit.ask", { amount: money(asked.balance), name: asked.name })}
          text={t("till.deposit.askText")}
          label={t("till.deposit.note")}
          reasons={t("till.deposit.notes", { returnObjects: true })}
          confirm={t("till.deposit.confirm")}
          onConfirm={(note) => {
            setAsked(null);
            returning.giveBack(asked, note);
          }}
          onBack={() => setAsked(null)}
        />
      )}
    </div>
  );
}

interface RowProps {
  branch: BranchRead;
  deposit: DepositRead;
  isBusy: boolean;
  onReturn: () => void;
}

const STATES: Record<DepositRead["state"], string> = {
  waiting: "text-warning",
  kept: "text-accent",
  missed: "text-muted",
  owed: "font-semibold text-danger",
  lapsed: "text-muted",
  settled: "text-muted",
};

function Row({ branch, deposit, isBusy, onReturn }: RowProps) {
  const { t } = useTranslation();
  const moment = useMoment(branch);
  const isManager = useManages(branch.id);
  const canReturn = deposit.state === "owed" || (deposit.state === "missed" && isManager);
  const facts = [
    deposit.phone === null ? null : phoneNumber(deposit.phone),
    t("till.deposit.visit", { moment: moment(deposit.starts_at) }),
  ];
  return (
    <li
      className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5"
      data-deposit-row={deposit.state}
      aria-label={deposit.name}
    >
      <span className="min-w-48 flex-1">
        <span className="block break-words font-medium">{deposit.name}</span>
        <span className="tabular block text-muted text-sm">{facts.filter(Boolean).join(" · ")}</span>
      </span>
      <span className={`tabular ${STATES[deposit.state]}`}>
        {t(`till.deposit.stateOf.${deposit.state}`, { amount: money(amountOf(deposit)) })}
      </span>
      {canReturn && (
        <Button className="pointer-coarse:h-11" disabled={isBusy} onClick={onReturn}>
          {t("till.deposit.return")}
        </Button>
      )}
    </li>
  );
}
