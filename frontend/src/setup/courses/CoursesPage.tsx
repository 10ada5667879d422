/** What the spa sells as courses: so many sessions at one price, and the treatments that a session pays. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Layers, Plus, SearchX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CoursePlanRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { Filter } from "../Filter";
import { Card, Page, PageTitle, Switch } from "../parts";
import { Loading } from "../states";
import { plansQuery } from "./data";
import { PlanPanel } from "./PlanPanel";
import { foundIn } from "./plan";
import { useValidity } from "./validity";

export function CoursesPage() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate({ from: "/setup/courses" });
  const { open, retired = false } = useSearch({ from: "/setup/courses" });
  const { data: plans, error, refetch } = useQuery(plansQuery);
  const [text, setText] = useState("");
  const go = (id: string | undefined) => void navigate({ search: (before) => ({ ...before, open: id }) });
  const close = () => {
    void navigate({ search: (before) => ({ ...before, open: undefined }) }).then(() =>
      document.querySelector<HTMLElement>(`[data-opens="${open}"]`)?.focus(),
    );
  };
  const found = plans && foundIn(plans, text, retired);
  const sold = plans?.filter(({ retired_at }) => retired_at === null) ?? [];
  const opened = plans?.find(({ id }) => id === open);
  const add = (
    <Button kind="primary" data-opens="new" className="pointer-coarse:h-11" onClick={() => go("new")}>
      <Plus aria-hidden size={16} />
      {t("courses.add")}
    </Button>
  );
  return (
    <div className="flex min-h-0 flex-1">
      <Page>
        <PageTitle
          title={t("nav.courses")}
          {...(plans && { hint: t("courses.summary", { count: sold.length }) })}
        >
          {plans !== undefined && plans.length > 0 && add}
        </PageTitle>
        {plans !== undefined && plans.length > 0 && (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Filter label={t("courses.search")} text={text} onText={setText} />
            {plans.length > sold.length && (
              <Switch
                label={t("courses.showRetired")}
                isOn={retired}
                onChange={(isOn) =>
                  void navigate({
                    search: (before) => ({ ...before, retired: isOn || undefined }),
                    replace: true,
                  })
                }
              />
            )}
          </div>
        )}
        {plans === undefined && error !== null && <Failure error={error} onRetry={() => void refetch()} />}
        {plans === undefined && error === null && <Loading />}
        {plans?.length === 0 && (
          <Notice icon={Layers} title={t("courses.none")} hint={t("courses.noneHint")}>
            {add}
          </Notice>
        )}
        {plans !== undefined && plans.length > 0 && found?.length === 0 && (
          <Notice
            icon={SearchX}
            title={text === "" ? t("courses.noneSold") : t("courses.nothing", { text })}
          />
        )}
        {found !== undefined && found.length > 0 && (
          <Card>
            <ul aria-label={t("nav.courses")} className="-my-2 flex flex-col divide-y divide-line">
              {found.map((plan) => (
                <li key={plan.id} className="flex">
                  <Row plan={plan} isOpen={plan.id === open} onOpen={go} />
                </li>
              ))}
            </ul>
          </Card>
        )}
      </Page>
      {plans !== undefined && (opened !== undefined || open === "new") && (
        <PlanPanel
          key={open}
          plans={plans}
          {...(opened === undefined ? {} : { plan: opened })}
          onClose={close}
        />
      )}
    </div>
  );
}

interface RowProps {
  plan: CoursePlanRead;
  isOpen: boolean;
  onOpen: (id: string) => void;
}

function Row({ plan, isOpen, onOpen }: RowProps) {
  const { t } = useTranslation("setup");
  const validity = useValidity();
  const { id, name, price, sessions, retired_at } = plan;
  return (
    <button
      type="button"
      data-opens={id}
      aria-expanded={isOpen}
      onClick={() => onOpen(id)}
      className="-mx-2 my-0.5 grid min-h-11 min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 rounded-md px-2 py-1.5 text-left hover:bg-hover aria-expanded:bg-accent-soft"
    >
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className={`break-words font-medium ${retired_at === null ? "" : "text-muted"}`}>
            {inLanguage(name, currentLanguage())}
          </span>
          {retired_at !== null && (
            <span className="rounded-sm bg-sunken px-1.5 py-px text-muted text-xs">
              {t("courses.retired")}
            </span>
          )}
        </span>
        <span className="block text-muted text-sm">
          {[
            t("courses.sessionsOf", { count: sessions }),
            validity(plan.valid_days),
            t("courses.pays", { count: plan.variant_ids.length }),
          ].join(" · ")}
        </span>
      </span>
      <span className="text-right tabular">
        <span className="block font-medium">{money(price)}</span>
        <span className="block text-muted text-sm">
          {t("courses.each", { price: money(Math.round(price / sessions)) })}
        </span>
      </span>
    </button>
  );
}
