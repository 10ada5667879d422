/** A new rule, or one that follows another from a day on. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type CommissionRuleRead, createCommissionRule } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { useRights } from "@/customers/roles";
import { currentLanguage } from "@/i18n";
import { useManagedBranches } from "../branch";
import { SettingsForm } from "../SettingsForm";
import { type CommissionData, useRuleNames, useRulesChanged } from "./data";
import { RuleFields } from "./RuleFields";
import { bodyOf, newValues } from "./rules";

interface Props {
  data: CommissionData;
  today: string;
  /** The rule that it follows. */
  before: CommissionRuleRead | undefined;
  onClose: () => void;
}

export function NewRulePanel({ data, today, before, onClose }: Props) {
  const { t } = useTranslation("setup");
  const onChanged = useRulesChanged();
  const { whatOf } = useRuleNames(data);
  const { isAdmin } = useRights();
  const [firstManaged = ""] = useManagedBranches();
  return (
    <SidePanel
      title={t(before === undefined ? "commissions.add" : "commissions.change")}
      {...(before && { subtitle: whatOf(before) })}
      onClose={onClose}
    >
      <div className="px-4 pb-4">
        <SettingsForm
          shownBy="rule"
          saved={newValues(today, isAdmin ? "" : firstManaged, before, currentLanguage())}
          submit={t("commissions.save")}
          send={(values, key) =>
            call(createCommissionRule({ body: bodyOf(values), headers: { "Idempotency-Key": key } }))
          }
          onSaved={() => {
            onChanged();
            onClose();
          }}
          onCancel={onClose}
        >
          {(fields) => <RuleFields data={data} {...fields} />}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
