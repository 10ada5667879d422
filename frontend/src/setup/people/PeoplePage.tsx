/** The people of a branch, and what each of them does. A person opens beside it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus, SearchX, UsersRound } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/session";
import { dayIn } from "@/board/time";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { BranchPicker } from "@/shell/BranchPicker";
import { useBranch } from "@/shell/branches";
import { NoBranch, useManagedBranches } from "../branch";
import { Filter } from "../Filter";
import { PageTitle, Switch } from "../parts";
import { Loading } from "../states";
import { useMenu } from "../treatments/data";
import { useStaff } from "./data";
import { Matrix } from "./Matrix";
import { PersonPanel } from "./PersonPanel";
import { SaveBar } from "./SaveBar";
import { groupsOf, peopleOf } from "./skills";
import { useSkills } from "./useSkills";

export function PeoplePage() {
  const { t } = useTranslation("setup");
  const session = useSession();
  const navigate = useNavigate({ from: "/setup/people" });
  const { person: openId, left } = useSearch({ from: "/setup/people" });
  const branch = useBranch();
  const managed = useManagedBranches();
  const staff = useStaff();
  const menu = useMenu();
  const [text, setText] = useState("");
  const skills = useSkills(staff.data ?? []);
  const groups = useMemo(() => (menu.data === undefined ? [] : groupsOf(menu.data)), [menu.data]);
  const all = staff.data ?? [];
  const error = staff.error ?? menu.error;
  const isLoaded = branch !== undefined && staff.data !== undefined && menu.data !== undefined;
  const today = branch === undefined ? "" : dayIn(branch.time_zone, Date.now());
  const filter = { branchId: branch?.id ?? "", text, today, showsLeft: left === true };
  const people = isLoaded ? peopleOf(all, filter) : [];
  const show = (person: string | undefined) => navigate({ search: (before) => ({ ...before, person }) });
  const close = () =>
    void show(undefined).then(() => document.querySelector<HTMLElement>(`[data-opens="${openId}"]`)?.focus());
  const opened = all.find(({ id }) => id === openId);
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col max-md:overflow-y-auto">
        <div className="flex flex-col gap-4 px-4 pt-6 pb-4 md:px-8 md:pt-9">
          <PageTitle title={t("nav.people")} hint={t("people.hint")}>
            {session.status === "signed-in" && <BranchPicker user={session.user} />}
            {branch !== undefined && managed.has(branch.id) && (
              <Button
                kind="primary"
                data-opens="new"
                className="pointer-coarse:h-11"
                onClick={() => void show("new")}
              >
                <Plus aria-hidden size={16} />
                {t("people.add")}
              </Button>
            )}
          </PageTitle>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Filter label={t("people.find")} text={text} onText={setText} />
            <Switch
              label={t("people.showLeft")}
              isOn={left === true}
              onChange={(isOn) =>
                void navigate({ search: (before) => ({ ...before, left: isOn || undefined }), replace: true })
              }
            />
          </div>
        </div>
        <div className="overflow-auto border-line border-t bg-surface max-md:max-h-[80dvh] max-md:shrink-0 md:min-h-0 md:flex-1">
          {branch === undefined && <NoBranch />}
          {branch !== undefined && !isLoaded && error === null && <Loading />}
          {branch !== undefined && !isLoaded && error !== null && (
            <Failure error={error} onRetry={() => void Promise.all([staff.refetch(), menu.refetch()])} />
          )}
          {isLoaded && people.length === 0 && text !== "" && (
            <Notice icon={SearchX} title={t("people.nobody", { text })} />
          )}
          {isLoaded && people.length === 0 && text === "" && (
            <Notice icon={UsersRound} title={t("people.empty")} hint={t("people.emptyHint")} />
          )}
          {people.length > 0 && (
            <Matrix
              people={people}
              groups={groups}
              edits={skills.edits}
              canChange={(person) => person.branch_ids.some((id) => managed.has(id))}
              openId={openId}
              onOpen={show}
              onSkills={skills.setSkills}
            />
          )}
        </div>
        <SaveBar
          edits={skills.edits}
          refused={skills.refused}
          isRunning={skills.isRunning}
          onSave={skills.saveAll}
          onForce={skills.force}
          onDiscard={skills.discard}
        />
      </div>
      {branch !== undefined &&
        isLoaded &&
        openId !== undefined &&
        (opened !== undefined || openId === "new") && (
          <PersonPanel
            key={openId}
            person={opened}
            people={all}
            branchId={branch.id}
            today={today}
            managed={managed}
            onClose={close}
            onAdded={(id) => void show(id)}
          />
        )}
    </div>
  );
}
