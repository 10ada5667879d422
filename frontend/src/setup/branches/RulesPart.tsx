/** The rules of bookings in a branch, each with a sentence that says what it does. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BranchRead, type TherapistOrder, updateBranch } from "@/api/generated";
import { lengthOf } from "@/i18n/format";
import { SelectField } from "../fields";
import { Card } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { choicesOf, type Rule, unitOf } from "./rules";
import { useBranchesChanged } from "./useBranchesChanged";

const ORDERS: TherapistOrder[] = ["least_needed", "turns", "arrival"];
const GUESTS: Rule[] = ["grid_minutes", "notice_minutes", "horizon_days"];
const TIMES: Rule[] = ["hold_minutes", "free_cancel_minutes", "no_show_minutes"];

export function RulesPart({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { grid_minutes, notice_minutes, horizon_days, therapist_order } = branch;
  const { hold_minutes, free_cancel_minutes, no_show_minutes } = branch;
  const saved = {
    ...{ grid_minutes, notice_minutes, horizon_days, therapist_order },
    ...{ hold_minutes, free_cancel_minutes, no_show_minutes },
  };
  return (
    <Card title={t("branches.part.rules")}>
      <SettingsForm
        shownBy="part"
        saved={saved}
        send={({ grid_minutes: grid, ...values }, _, overrule) =>
          call(
            updateBranch({
              path: { branch_id: branch.id },
              body: { ...values, grid_minutes: grid as 5, ...overrule },
            }),
          )
        }
        onSaved={useBranchesChanged()}
      >
        {({ values, set, errorOf }) => {
          const field = (rule: Rule) => (
            <SelectField
              key={rule}
              label={t(`branches.rule.${rule}.label`)}
              hint={t(`branches.rule.${rule}.hint`)}
              error={errorOf(rule)}
              value={String(values[rule])}
              options={choicesOf(rule, saved[rule]).map((value) => ({
                value: String(value),
                text: choiceText(t, common, rule, value),
              }))}
              onChange={(value) => set({ [rule]: Number(value) })}
            />
          );
          return (
            <div className="grid gap-x-6 gap-y-5 md:grid-cols-2">
              {[...GUESTS, ...TIMES].map(field)}
              <div className="md:col-span-2">
                <SelectField
                  label={t("branches.order.label")}
                  hint={t(`branches.order.${values.therapist_order}.hint`)}
                  value={values.therapist_order}
                  options={ORDERS.map((value) => ({ value, text: t(`branches.order.${value}.name`) }))}
                  onChange={(value) =>
                    set({ therapist_order: ORDERS.find((order) => order === value) ?? "least_needed" })
                  }
                />
              </div>
            </div>
          );
        }}
      </SettingsForm>
    </Card>
  );
}

function choiceText(t: TFunction<"setup">, common: TFunction, rule: Rule, value: number): string {
  if (value === 0) return t(rule === "notice_minutes" ? "branches.noNotice" : "branches.untilStart");
  const { unit, count } = unitOf(rule, value);
  return unit === "days" ? t("branches.days", { count }) : lengthOf(common, count);
}
