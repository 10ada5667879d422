/** The ledger of changes, as sentences: newest first, day by day, and field by field when one is opened. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { listAuditEntries } from "@/api/generated";
import { addDays, dayIn, instantOf } from "@/board/time";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { currentLanguage } from "@/i18n";
import { dayName, relativeDayName } from "@/i18n/format";
import { Page, PageTitle } from "../parts";
import type { AuditSearch } from "../search";
import { Action } from "./Action";
import { Filters } from "./Filters";
import { type Group, groupsOf } from "./groups";
import type { Context } from "./values";

const PAGE = 100;

export function AuditPage() {
  const { t } = useTranslation("setup");
  return (
    <Page>
      <PageTitle title={t("nav.audit")} hint={t("audit.hint")} />
      <Ledger />
    </Page>
  );
}

function Ledger() {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: "/setup/audit" });
  const { by, about, day, of } = search;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { data, error, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: ["audit", { by, about, day, of }],
      queryFn: ({ pageParam, signal }) =>
        call(
          listAuditEntries({
            query: {
              limit: PAGE,
              ...(by && { actor_id: by }),
              ...(about && { entity: about }),
              ...(of && { entity_id: of }),
              ...(day && { until: new Date(instantOf(zone, addDays(day, 1), "00:00")).toISOString() }),
              ...(pageParam && { cursor: pageParam }),
            },
            signal,
          }),
        ),
      initialPageParam: "",
      getNextPageParam: ({ next_cursor }) => next_cursor,
      placeholderData: keepPreviousData,
      staleTime: 0,
    });
  const go = (change: AuditSearch) =>
    void navigate({ to: "/setup/audit", search: (before) => ({ ...before, ...change }) });
  const names = Object.assign({}, ...(data?.pages.map((page) => page.names) ?? [])) as Context["names"];
  const today = dayIn(zone, Date.now());
  const context: Context = { t, common, language: currentLanguage(), names, zone, today };
  const groups = data && groupsOf(data.pages.flatMap(({ items }) => items));
  return (
    <>
      <Filters search={search} names={names} onSearch={go} />
      {error !== null && groups === undefined && <Failure error={error} onRetry={() => void refetch()} />}
      {groups === undefined && error === null && <Skeleton />}
      {groups?.length === 0 && <Notice icon={History} title={t("audit.none")} hint={t("audit.noneHint")} />}
      <div aria-busy={isPlaceholderData} className="flex flex-col gap-6">
        {days(groups ?? [], zone).map(({ date, groups: ofDay }) => {
          const relative = relativeDayName(common, date, today);
          const name = dayName(common, date, today);
          return (
            <section key={date}>
              <h2 className="mb-2 font-semibold">{relative === null ? name : `${relative}, ${name}`}</h2>
              <ol className="divide-y divide-line rounded-lg border border-line bg-surface">
                {ofDay.map((group) => (
                  <Action
                    key={group.id}
                    group={group}
                    context={context}
                    onOnly={of === undefined ? (id) => go({ of: id, about: undefined, by: undefined }) : null}
                  />
                ))}
              </ol>
            </section>
          );
        })}
      </div>
      {hasNextPage && (
        <Button
          className="self-start pointer-coarse:h-11"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t("audit.more")}
        </Button>
      )}
      {groups !== undefined && groups.length > 0 && (
        <p className="text-muted text-sm">
          {!hasNextPage && `${t("audit.end")} `}
          {t("audit.zoneHint", { zone })}
        </p>
      )}
    </>
  );
}

/** Return the actions of each day, in the zone of this device. */
function days(groups: readonly Group[], zone: string): { date: string; groups: Group[] }[] {
  const found: { date: string; groups: Group[] }[] = [];
  for (const group of groups) {
    const date = dayIn(zone, Date.parse(group.lead.at));
    const last = found.at(-1);
    if (last?.date === date) last.groups.push(group);
    else found.push({ date, groups: [group] });
  }
  return found;
}

function Skeleton() {
  return (
    <div aria-hidden className="flex flex-col gap-2">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="h-11 animate-pulse rounded-md bg-sunken" />
      ))}
    </div>
  );
}
