/** The fields of a new rule: to whom, for what, how much, where, from when. */
import { useTranslation } from "react-i18next";
import type { CommissionScope } from "@/api/generated";
import { useRights } from "@/customers/roles";
import { Segments } from "@/customers/Segments";
import { FormField, INPUT } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { useManagedBranches } from "../branch";
import { SelectField, TextField } from "../fields";
import type { Fields } from "../SettingsForm";
import { type CommissionData, thingsOf } from "./data";
import { isOfOneThing, type RuleValues, SCOPES, unitOf } from "./rules";

interface Props extends Fields<RuleValues> {
  data: CommissionData;
}

export function RuleFields({ data, values, set, errorOf }: Props) {
  const { t } = useTranslation("setup");
  const { isAdmin } = useRights();
  const { branches } = useBranches();
  const managed = useManagedBranches();
  const language = currentLanguage();
  const things = thingsOf(data, values.scope).map(({ id, name }) => ({
    value: id,
    text: inLanguage(name, language),
  }));
  const everywhere = isAdmin ? [{ value: "", text: t("commissions.everyBranch") }] : [];
  const places = branches
    .filter(({ id }) => managed.has(id))
    .map(({ id, name }) => ({ value: id, text: name }));
  return (
    <>
      <SelectField
        label={t("commissions.who")}
        error={errorOf("staff_id")}
        options={[
          { value: "", text: t("commissions.everybody") },
          ...data.people.map(({ id, full_name }) => ({ value: id, text: full_name })),
        ]}
        value={values.staffId}
        onChange={(staffId) => set({ staffId })}
      />
      <SelectField
        label={t("commissions.what")}
        options={SCOPES.map((scope) => ({ value: scope, text: t(`commissions.scope.${scope}`) }))}
        value={values.scope}
        onChange={(scope) => set({ scope: scope as CommissionScope, thingId: "" })}
      />
      {isOfOneThing(values.scope) && (
        <SelectField
          label={t(`commissions.thing.${values.scope as "category"}`)}
          error={errorOf("thing_id") ?? errorOf("")}
          options={[{ value: "", text: t("commissions.choose") }, ...things]}
          required
          value={values.thingId}
          onChange={(thingId) => set({ thingId })}
        />
      )}
      <div className="flex flex-wrap items-end gap-3">
        <Segments
          label={t("commissions.pay")}
          value={values.isPercent ? "percent" : "amount"}
          options={{
            percent: t("commissions.percent"),
            amount: t(`commissions.amount.${unitOf(values.scope)}`),
          }}
          onValue={(pay) => set({ isPercent: pay === "percent" })}
        />
      </div>
      {values.isPercent ? (
        <FormField
          label={t("commissions.percentLabel")}
          hint={t("commissions.percentHint")}
          error={errorOf("rate") === undefined ? undefined : t("commissions.noPercent")}
        >
          {(input) => (
            <span className="flex items-center gap-2">
              <input
                {...input}
                className={`${INPUT} w-24! text-right tabular`}
                inputMode="decimal"
                autoComplete="off"
                maxLength={7}
                required
                value={values.percent}
                onChange={(event) => set({ percent: event.target.value })}
              />
              <span aria-hidden>%</span>
            </span>
          )}
        </FormField>
      ) : (
        <FormField
          label={t("commissions.amountLabel")}
          hint={t("commissions.amountHint")}
          error={errorOf("amount")}
        >
          {(input) => <MoneyInput {...input} value={values.amount} onChange={(amount) => set({ amount })} />}
        </FormField>
      )}
      {everywhere.length + places.length > 1 && (
        <SelectField
          label={t("commissions.where")}
          error={errorOf("branch_id")}
          options={[...everywhere, ...places]}
          value={values.branchId}
          onChange={(branchId) => set({ branchId })}
        />
      )}
      <div className="grid grid-cols-2 gap-3">
        <TextField
          type="date"
          label={t("commissions.firstDay")}
          error={errorOf("first_day")}
          value={values.firstDay}
          required
          onChange={(firstDay) => set({ firstDay })}
        />
        <TextField
          type="date"
          label={t("commissions.lastDay")}
          error={errorOf("last_day")}
          value={values.lastDay}
          min={values.firstDay}
          onChange={(lastDay) => set({ lastDay })}
        />
      </div>
      <p className="text-muted text-sm">
        {t(values.lastDay === "" ? "commissions.endsOther" : "commissions.overlap")}
      </p>
    </>
  );
}
