/** The deposit that guests who book online transfer in advance. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BranchRead, updateBranch } from "@/api/generated";
import { lengthOf } from "@/i18n/format";
import { SelectField } from "../fields";
import { Card, Switch } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { useBranchesChanged } from "./useBranchesChanged";

const PERCENTS = [0, 10, 20, 30, 40, 50, 70, 100];
const MINUTES = [15, 30, 45, 60, 90, 120, 180, 360, 720, 1440];

export function DepositCard({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { deposit_percent, deposit_minutes, keep_deposit } = branch;
  return (
    <Card title={t("branches.deposit.title")}>
      <p className="mb-3 text-muted">{t("branches.deposit.hint")}</p>
      <SettingsForm
        shownBy="part"
        saved={{ deposit_percent, deposit_minutes, keep_deposit }}
        send={(values, _, overrule) =>
          call(updateBranch({ path: { branch_id: branch.id }, body: { ...values, ...overrule } }))
        }
        onSaved={useBranchesChanged()}
      >
        {({ values, set, errorOf }) => (
          <>
            <div className="grid gap-x-6 gap-y-5 md:grid-cols-2">
              <SelectField
                label={t("branches.deposit.percent")}
                hint={t("branches.deposit.percentHint")}
                error={errorOf("deposit_percent")}
                value={String(values.deposit_percent)}
                options={choices(PERCENTS, deposit_percent, (percent) =>
                  percent === 0 ? t("branches.deposit.none") : `${percent}%`,
                )}
                onChange={(value) => set({ deposit_percent: Number(value) })}
              />
              {values.deposit_percent > 0 && (
                <SelectField
                  label={t("branches.deposit.minutes")}
                  hint={t("branches.deposit.minutesHint")}
                  error={errorOf("deposit_minutes")}
                  value={String(values.deposit_minutes)}
                  options={choices(MINUTES, deposit_minutes, (minutes) => lengthOf(common, minutes))}
                  onChange={(value) => set({ deposit_minutes: Number(value) })}
                />
              )}
            </div>
            {values.deposit_percent > 0 && (
              <div>
                <Switch
                  label={t("branches.deposit.keep")}
                  isOn={values.keep_deposit}
                  onChange={(isOn) => set({ keep_deposit: isOn })}
                />
                {!values.keep_deposit && (
                  <p className="text-muted text-sm">{t("branches.deposit.keepOff")}</p>
                )}
              </div>
            )}
          </>
        )}
      </SettingsForm>
    </Card>
  );
}

/** Return what can be chosen, in order, with what is saved among it. */
function choices(known: readonly number[], saved: number, text: (value: number) => string) {
  return [...new Set([...known, saved])]
    .sort((one, other) => one - other)
    .map((value) => ({ value: String(value), text: text(value) }));
}
