/** Commissions: who earns how much for what, from when, and what a sale would earn. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { HandCoins, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CommissionRuleRead } from "@/api/generated";
import { dayIn } from "@/board/time";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { dayName } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { Card, Page, PageTitle, Switch } from "../parts";
import type { CommissionsSearch } from "../search";
import { Loading } from "../states";
import { CheckCard } from "./CheckCard";
import { type CommissionData, useCommissions, useRuleNames } from "./data";
import { NewRulePanel } from "./NewRulePanel";
import { RulePanel } from "./RulePanel";
import { groupsOf, hasEnded } from "./rules";

export function CommissionsPage() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate({ from: "/setup/commissions" });
  const { rule: openId, like, ended = false } = useSearch({ from: "/setup/commissions" });
  const { data, error, retry } = useCommissions();
  const today = dayIn(Intl.DateTimeFormat().resolvedOptions().timeZone, Date.now());
  const go = (change: CommissionsSearch) => navigate({ search: (before) => ({ ...before, ...change }) });
  const close = () =>
    void go({ rule: undefined, like: undefined }).then(() =>
      document.querySelector<HTMLElement>(`[data-opens="${like ?? openId}"]`)?.focus(),
    );
  const opened = data?.rules.find(({ id }) => id === openId);
  return (
    <div className="flex min-h-0 flex-1">
      <Page>
        <PageTitle title={t("nav.commissions")} hint={t("commissions.hint")}>
          <Button
            kind="primary"
            data-opens="new"
            className="pointer-coarse:h-11"
            onClick={() => void go({ rule: "new", like: undefined })}
          >
            <Plus aria-hidden size={16} />
            {t("commissions.add")}
          </Button>
        </PageTitle>
        {data === undefined && error !== null && <Failure error={error} onRetry={retry} />}
        {data === undefined && error === null && <Loading />}
        {data !== undefined && (
          <>
            {data.rules.length > 0 && <CheckCard data={data} today={today} />}
            <Rules
              data={data}
              today={today}
              showsEnded={ended}
              openId={openId}
              onEnded={(isOn) => void go({ ended: isOn || undefined })}
              onOpen={(rule) => void go({ rule, like: undefined })}
            />
          </>
        )}
      </Page>
      {data !== undefined && openId === "new" && (
        <NewRulePanel
          key={like ?? ""}
          data={data}
          today={today}
          before={data.rules.find(({ id }) => id === like)}
          onClose={close}
        />
      )}
      {data !== undefined && opened !== undefined && (
        <RulePanel
          key={opened.id}
          data={data}
          rule={opened}
          today={today}
          onClose={close}
          onChange={() => void go({ rule: "new", like: opened.id })}
        />
      )}
    </div>
  );
}

interface RulesProps {
  data: CommissionData;
  today: string;
  showsEnded: boolean;
  openId: string | undefined;
  onEnded: (isOn: boolean) => void;
  onOpen: (id: string) => void;
}

function Rules({ data, today, showsEnded, openId, onEnded, onOpen }: RulesProps) {
  const { t } = useTranslation("setup");
  const { whoOf } = useRuleNames(data);
  if (data.rules.length === 0)
    return <Notice icon={HandCoins} title={t("commissions.none")} hint={t("commissions.noneHint")} />;
  const groups = groupsOf(data.rules, data.people, today, showsEnded);
  const haveEnded = data.rules.some((rule) => hasEnded(rule, today));
  return (
    <>
      {haveEnded && <Switch label={t("commissions.showEnded")} isOn={showsEnded} onChange={onEnded} />}
      {groups.map(({ staffId, rules }) => (
        <Card key={staffId ?? ""} title={whoOf(staffId)}>
          <ul className="-my-2 flex flex-col divide-y divide-line">
            {rules.map((rule) => (
              <li key={rule.id}>
                <Row
                  data={data}
                  rule={rule}
                  today={today}
                  isOpen={rule.id === openId}
                  onOpen={() => onOpen(rule.id)}
                />
              </li>
            ))}
          </ul>
        </Card>
      ))}
    </>
  );
}

interface RowProps {
  data: CommissionData;
  rule: CommissionRuleRead;
  today: string;
  isOpen: boolean;
  onOpen: () => void;
}

function Row({ data, rule, today, isOpen, onOpen }: RowProps) {
  const { whatOf, payOf } = useRuleNames(data);
  const days = useDays();
  const { branches } = useBranches();
  const branch = branches.find(({ id }) => id === rule.branch_id)?.name;
  const isPast = hasEnded(rule, today);
  return (
    <button
      type="button"
      data-opens={rule.id}
      aria-expanded={isOpen}
      onClick={onOpen}
      className="-mx-2 my-0.5 flex min-h-11 w-[calc(100%+1rem)] items-center gap-x-4 rounded-md px-2 py-1.5 text-left hover:bg-hover aria-expanded:bg-accent-soft"
    >
      <span className="min-w-0 flex-1">
        <span className={`block break-words font-medium ${isPast ? "text-muted" : ""}`}>{whatOf(rule)}</span>
        <span className="block text-muted text-sm tabular">
          {[branch, days(rule, today)].filter(Boolean).join(" · ")}
        </span>
      </span>
      <span className={`shrink-0 text-right font-semibold tabular ${isPast ? "text-muted" : ""}`}>
        {payOf(rule)}
      </span>
    </button>
  );
}

/** Return how to say on which days a rule is in force. */
export function useDays(): (rule: CommissionRuleRead, today: string) => string {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  return ({ first_day, last_day }, today) => {
    const [first, last] = [first_day, last_day].map((day) => day && dayName(common, day, today));
    if (last_day === null || last == null) return t("commissions.from", { first });
    return last_day < today
      ? t("commissions.ended", { last })
      : t(first_day > today ? "commissions.span" : "commissions.until", { first, last });
  };
}
