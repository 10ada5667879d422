/** The details of a branch, and its end. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import { type BranchRead, updateBranch } from "@/api/generated";
import { useDeskAction } from "@/card/useDeskAction";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { Card } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { BranchFields, toBody, valuesOf } from "./BranchFields";
import { useBranchesChanged } from "./useBranchesChanged";

export function DetailsPart({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { isAdmin } = useRights();
  const onSaved = useBranchesChanged();
  return (
    <>
      <Card title={t("branch.details")}>
        <SettingsForm
          shownBy="part"
          saved={valuesOf(branch)}
          send={(values, _, overrule) =>
            call(updateBranch({ path: { branch_id: branch.id }, body: { ...toBody(values), ...overrule } }))
          }
          onSaved={onSaved}
        >
          {(fields) => <BranchFields fields={fields} savedKey={branch.key} />}
        </SettingsForm>
      </Card>
      {isAdmin && <ClosePart branch={branch} />}
    </>
  );
}

function ClosePart({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const [isAsked, setAsked] = useState(false);
  const navigate = useNavigate();
  const onChanged = useBranchesChanged();
  const close = useDeskAction<boolean, unknown>({
    zone: branch.time_zone,
    send: (closed, overrule) =>
      call(updateBranch({ path: { branch_id: branch.id }, body: { closed, ...overrule } })),
    onDone: () => {
      showDone(t("branches.closedNow", { branch: branch.name }));
      // The address has the branch that is gone.
      void onChanged().then(() => navigate({ to: "/setup/branches", search: {} }));
    },
  });
  return (
    <Card title={t("branches.close")}>
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-60 flex-1 text-muted">{t("branches.closeHint")}</p>
        <Button disabled={close.isRunning} className="pointer-coarse:h-11" onClick={() => setAsked(true)}>
          {t("branches.close")}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isAsked}
        title={t("branches.askClose", { branch: branch.name })}
        confirm={t("branches.close")}
        back={t("back")}
        onConfirm={() => {
          setAsked(false);
          close.run(true);
        }}
        onBack={() => setAsked(false)}
      >
        <p>{t("branches.askCloseHint")}</p>
      </ConfirmDialog>
    </Card>
  );
}

/** The branches that were closed, which the admin of the whole spa can open again. */
export function ClosedBranches({ branches }: { branches: BranchRead[] }) {
  const { t } = useTranslation("setup");
  const onChanged = useBranchesChanged();
  const open = useDeskAction<BranchRead, unknown>({
    zone: "UTC",
    send: ({ id }, overrule) =>
      call(updateBranch({ path: { branch_id: id }, body: { closed: false, ...overrule } })),
    onDone: (_, { name }) => {
      showDone(t("branches.openedAgain", { branch: name }));
      void onChanged();
    },
  });
  if (branches.length === 0) return null;
  return (
    <Card title={t("branches.closedOnes")}>
      <ul className="flex flex-col divide-y divide-line">
        {branches.map((branch) => (
          <li key={branch.id} className="flex flex-wrap items-center gap-3 py-2 first:pt-0 last:pb-0">
            <span className="min-w-40 flex-1">{branch.name}</span>
            <Button
              disabled={open.isRunning}
              aria-label={t("branches.openAgainNamed", { branch: branch.name })}
              onClick={() => open.run(branch)}
            >
              {t("branches.openAgain")}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
