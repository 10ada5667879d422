/** A rule that is there: it gets another rate from a day on, ends, or goes if it has paid nothing. */
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, callRemoval } from "@/api/client";
import { type CommissionRuleRead, deleteCommissionRule, endCommissionRule } from "@/api/generated";
import { ask } from "@/card/ask";
import { SidePanel } from "@/card/SidePanel";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { useBranches } from "@/shell/branches";
import { useManagedBranches } from "../branch";
import { TextField } from "../fields";
import { SettingsForm } from "../SettingsForm";
import { useDays } from "./CommissionsPage";
import { type CommissionData, useRuleNames, useRulesChanged } from "./data";

interface Props {
  data: CommissionData;
  rule: CommissionRuleRead;
  today: string;
  onClose: () => void;
  /** Give it another rate. */
  onChange: () => void;
}

export function RulePanel({ data, rule, today, onClose, onChange }: Props) {
  const { t } = useTranslation("setup");
  const onChanged = useRulesChanged();
  const days = useDays();
  const { whatOf, payOf, whoOf } = useRuleNames(data);
  const { branches } = useBranches();
  const { isAdmin } = useRights();
  const managed = useManagedBranches();
  const isOwn = rule.branch_id === null ? isAdmin : managed.has(rule.branch_id);
  const branch =
    rule.branch_id === null
      ? t("commissions.everyBranch")
      : branches.find(({ id }) => id === rule.branch_id)?.name;
  const remove = useAction({
    send: () => callRemoval(deleteCommissionRule({ path: { rule_id: rule.id } })),
    onDone: () => {
      showDone(t("commissions.removed"));
      onChanged();
      onClose();
    },
  });
  const askRemoval = () =>
    ask({
      title: t("commissions.askRemove"),
      text: t("commissions.askRemoveHint"),
      confirm: t("commissions.remove"),
      onConfirm: () => remove.run(undefined),
    });
  const facts = [
    [t("commissions.who"), whoOf(rule.staff_id)],
    [t("commissions.pay"), payOf(rule)],
    [t("commissions.where"), branch],
    [t("commissions.days"), days(rule, today)],
  ];
  return (
    <SidePanel title={whatOf(rule)} onClose={onClose}>
      <div className="flex flex-col gap-5 px-4 pb-4">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="break-words font-medium tabular">{value}</dd>
            </div>
          ))}
        </dl>
        {isOwn ? (
          <>
            <div className="flex flex-wrap gap-2">
              <Button kind="primary" className="pointer-coarse:h-11" onClick={onChange}>
                {t("commissions.change")}
              </Button>
              <Button className="pointer-coarse:h-11" disabled={remove.isRunning} onClick={askRemoval}>
                <Trash2 aria-hidden size={16} />
                {t("commissions.remove")}
              </Button>
            </div>
            <section className="border-line border-t pt-4">
              <SettingsForm
                shownBy="rule"
                saved={{ lastDay: rule.last_day ?? "" }}
                send={({ lastDay }) =>
                  call(endCommissionRule({ path: { rule_id: rule.id }, body: { last_day: lastDay || null } }))
                }
                onSaved={onChanged}
              >
                {({ values, set, errorOf }) => (
                  <TextField
                    type="date"
                    label={t("commissions.lastDay")}
                    hint={t("commissions.lastDayHint")}
                    error={errorOf("last_day")}
                    value={values.lastDay}
                    min={rule.first_day}
                    onChange={(lastDay) => set({ lastDay })}
                  />
                )}
              </SettingsForm>
            </section>
          </>
        ) : (
          <p className="text-muted">{t("commissions.ownerOnly")}</p>
        )}
      </div>
    </SidePanel>
  );
}
