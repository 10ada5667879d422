/** The opening hours of a week. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BranchRead, setBranchHours } from "@/api/generated";
import { HoursPart } from "../HoursPart";
import { fromWeek, toWeek } from "../hours";
import { Card } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { useBranchesChanged } from "./useBranchesChanged";

export function WeekPart({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  return (
    <Card title={t("branch.hours")}>
      <SettingsForm
        shownBy="part"
        saved={{ week: toWeek(branch.hours) }}
        send={({ week }, _, overrule) =>
          call(
            setBranchHours({
              path: { branch_id: branch.id },
              body: { hours: fromWeek(week), ...overrule },
            }),
          )
        }
        onSaved={useBranchesChanged()}
      >
        {({ values, set, errorOf }) => (
          <>
            <HoursPart hours={values.week} onChange={(week) => set({ week })} />
            {errorOf("hours") !== undefined && <p className="text-danger">{errorOf("hours")}</p>}
          </>
        )}
      </SettingsForm>
    </Card>
  );
}
