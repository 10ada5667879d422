/** A branch: what guests see of it, when it is open, and the rules of its bookings. */
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { useSession } from "@/api/session";
import { useRights } from "@/customers/roles";
import { buttonClass } from "@/design/Button";
import { BranchPicker } from "@/shell/BranchPicker";
import { branchesQuery, useBranch, useBranches } from "@/shell/branches";
import { NoBranch, useManagedBranches } from "../branch";
import { Page, PageTitle } from "../parts";
import { BRANCH_PARTS, type BranchPart } from "../search";
import { ClosedBranches, DetailsPart } from "./DetailsPart";
import { NewBranchPanel } from "./NewBranchPanel";
import { OnlinePart } from "./OnlinePart";
import { RulesPart } from "./RulesPart";
import { NewSpecialPanel, SpecialPart } from "./SpecialPart";
import { TillPart } from "./TillPart";
import { TravelPart } from "./TravelPart";
import { WeekPart } from "./WeekPart";

export function BranchesPage() {
  const { t } = useTranslation("setup");
  const session = useSession();
  const { isAdmin } = useRights();
  const shown = useBranch();
  const managed = useManagedBranches();
  const branch = shown && managed.has(shown.id) ? shown : undefined;
  const { branches } = useBranches();
  const { data: all = [] } = useQuery(branchesQuery);
  const { add, part: wanted = "details" } = useSearch({ from: "/setup/branches" });
  // The way between two branches is that of the whole spa, and a spa of one branch has none.
  const others = isAdmin && branch ? branches.filter(({ id }) => id !== branch.id) : [];
  const parts = BRANCH_PARTS.filter((part) => part !== "travel" || others.length > 0);
  const part = parts.find((known) => known === wanted) ?? "details";
  return (
    <div className="flex min-h-0 flex-1">
      <Page>
        <PageTitle title={t("nav.branches")}>
          <div className="flex flex-wrap items-center gap-2">
            {session.status === "signed-in" && shown && <BranchPicker user={session.user} />}
            {isAdmin && (
              <Link
                from="/setup/branches"
                to="."
                search={(before) => ({ ...before, add: "branch" as const })}
                className={`${buttonClass()} pointer-coarse:h-11`}
              >
                <Plus aria-hidden size={16} />
                {t("branches.new")}
              </Link>
            )}
          </div>
        </PageTitle>
        {branch === undefined ? (
          <NoBranch />
        ) : (
          <>
            <Parts parts={parts} chosen={part} branch={branch} />
            <div key={branch.id} className="flex flex-col gap-5">
              {part === "details" && <DetailsPart branch={branch} />}
              {part === "hours" && <WeekPart branch={branch} />}
              {part === "special" && <SpecialPart branch={branch} />}
              {part === "rules" && <RulesPart branch={branch} />}
              {part === "online" && <OnlinePart branch={branch} />}
              {part === "till" && <TillPart branch={branch} />}
              {part === "travel" && <TravelPart branch={branch} others={others} />}
            </div>
          </>
        )}
        {isAdmin && (part === "details" || branch === undefined) && (
          <ClosedBranches branches={all.filter(({ closed_at }) => closed_at !== null)} />
        )}
      </Page>
      {add === "branch" && isAdmin && <NewBranchPanel />}
      {add === "special" && branch !== undefined && <NewSpecialPanel key={branch.id} branch={branch} />}
    </div>
  );
}

interface PartsProps {
  parts: readonly BranchPart[];
  chosen: BranchPart;
  branch: BranchRead;
}

/** The parts of a branch's settings, one at a time. */
function Parts({ parts, chosen, branch }: PartsProps) {
  const { t } = useTranslation("setup");
  return (
    <nav aria-label={t("branches.parts", { branch: branch.name })} className="-mx-1 overflow-x-auto px-1">
      <ul className="flex gap-5 border-line border-b">
        {parts.map((part) => (
          <li key={part}>
            <Link
              from="/setup/branches"
              to="."
              search={{ branch: branch.id, part: part === "details" ? undefined : part }}
              aria-current={part === chosen ? "page" : undefined}
              activeOptions={{ exact: true }}
              className="-mb-px flex min-h-10 items-center whitespace-nowrap border-transparent border-b-2 text-muted hover:text-text aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-text pointer-coarse:min-h-11"
            >
              {t(`branches.part.${part}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
