/** What will be saved: the plan of the API, or what is wrong with it and where it was entered. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BedDouble, CalendarRange, CircleAlert, DoorOpen, Sparkles, Store, UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { SetupChanges, SpaFile } from "@/api/generated";
import { Changes } from "../Changes";
import { Problems } from "../Problems";
import { Card } from "../parts";
import { STEPS } from "../search";
import { planQuery } from "../transfer";
import { type Draft, gapOf } from "./draft";
import { stepOf } from "./file";

interface Props {
  draft: Draft;
  file: SpaFile;
}

export function CheckStep({ draft, file }: Props) {
  const { t } = useTranslation("setup");
  const gaps = STEPS.flatMap((step) => {
    const gap = gapOf(draft, step);
    return gap === null ? [] : [{ step, gap }];
  });
  const { data, error } = useQuery({ ...planQuery(file), enabled: gaps.length === 0 });
  if (gaps.length > 0)
    return (
      <Card title={t("check.missing")}>
        <ul className="flex flex-col gap-3">
          {gaps.map(({ step, gap }) => (
            <li key={step} className="flex items-start gap-2">
              <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0 text-warning" />
              <span>
                {t(`gap.${gap}`)}{" "}
                <Link to="/setup/start" search={{ step }} className="font-medium text-accent underline">
                  {t(`steps.${step}.name`)}
                </Link>
              </span>
            </li>
          ))}
        </ul>
      </Card>
    );
  if (error !== null) return <Problems error={error} stepOf={stepOf} />;
  if (data === undefined)
    return <div aria-busy className="h-40 animate-pulse rounded-lg border border-line bg-surface" />;
  // What the steps do not name stays as it is: there is no file from which it could be missing.
  const items = data.items.filter(({ change }) => change !== "left");
  const isMore = items.some(({ change }) => change === "changed") || data.stranded.length > 0;
  return (
    <>
      <Summary plan={data} draft={draft} />
      {isMore && <Changes changes={{ ...data, items }} />}
    </>
  );
}

const COUNTED = [
  { kind: "branch", icon: Store },
  { kind: "room", icon: DoorOpen },
  { kind: "resource", icon: BedDouble },
  { kind: "service", icon: Sparkles },
  { kind: "staff", icon: UsersRound },
] as const;

function Summary({ plan, draft }: { plan: SetupChanges; draft: Draft }) {
  const { t } = useTranslation("setup");
  return (
    <Card title={draft.branch.name}>
      <ul className="grid gap-3 sm:grid-cols-2">
        {COUNTED.map(({ kind, icon: Icon }) => {
          const items = plan.items.filter((item) => item.kind === kind && item.change === "created");
          return (
            <li key={kind} className="flex items-start gap-3">
              <span className="grid size-9 shrink-0 place-items-center rounded-md bg-accent-soft text-accent">
                <Icon aria-hidden size={18} />
              </span>
              <span className="min-w-0">
                <span className="block font-medium">{t(`counts.${kind}`, { count: items.length })}</span>
                <span className="line-clamp-2 text-muted text-sm">
                  {items.map(({ vi }) => vi).join(", ")}
                </span>
              </span>
            </li>
          );
        })}
        <li className="flex items-start gap-3">
          <span className="grid size-9 shrink-0 place-items-center rounded-md bg-accent-soft text-accent">
            <CalendarRange aria-hidden size={18} />
          </span>
          <span>
            <span className="block font-medium">{t("check.shifts")}</span>
            <span className="text-muted text-sm">{t("check.shiftsHint")}</span>
          </span>
        </li>
      </ul>
    </Card>
  );
}
