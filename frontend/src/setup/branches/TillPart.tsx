/** The till of a branch: whose name is on invoices, what may be taken off a bill, and the account for transfers. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BranchRead, getBankAccount, setBankAccount, updateBranch } from "@/api/generated";
import { Failure } from "@/design/Failure";
import { SelectField, TextField } from "../fields";
import { Card } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { BANKS } from "./banks";
import { useBranchesChanged } from "./useBranchesChanged";

const HOURS = [0, 1, 2, 3, 4, 5, 6];
const PERCENTS = [0, 5, 10, 15, 20, 30, 50, 100];

export function TillPart({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { business_day_starts, discount_limit, late_cancel_fee, no_show_fee, legal_name } = branch;
  const percent = (values: readonly number[], saved: number) =>
    [...new Set([...values, saved])]
      .sort((one, other) => one - other)
      .map((value) => ({ value: String(value), text: value === 0 ? t("branches.till.none") : `${value}%` }));
  return (
    <>
      <Card title={t("branches.part.till")}>
        <SettingsForm
          shownBy="part"
          saved={{
            ...{ business_day_starts, discount_limit, late_cancel_fee, no_show_fee, legal_name },
            tax_code: branch.tax_code ?? "",
          }}
          send={({ tax_code, ...values }, _, overrule) =>
            call(
              updateBranch({
                path: { branch_id: branch.id },
                body: { ...values, tax_code: tax_code.trim() || null, ...overrule },
              }),
            )
          }
          onSaved={useBranchesChanged()}
        >
          {({ values, set, errorOf }) => (
            <div className="grid gap-x-6 gap-y-5 md:grid-cols-2">
              <TextField
                label={t("branches.till.legalName")}
                hint={t("branches.till.legalNameHint")}
                error={errorOf("legal_name")}
                value={values.legal_name}
                maxLength={200}
                onChange={(legal_name) => set({ legal_name })}
              />
              <TextField
                label={t("branches.till.taxCode")}
                hint={t("branches.till.taxCodeHint")}
                error={errorOf("tax_code")}
                value={values.tax_code}
                maxLength={14}
                inputMode="numeric"
                onChange={(tax_code) => set({ tax_code })}
              />
              <SelectField
                label={t("branches.till.dayStarts")}
                hint={t("branches.till.dayStartsHint")}
                error={errorOf("business_day_starts")}
                value={String(values.business_day_starts)}
                options={[...new Set([...HOURS, business_day_starts])].map((hour) => ({
                  value: String(hour),
                  text: `${hour}:00`,
                }))}
                onChange={(value) => set({ business_day_starts: Number(value) })}
              />
              <SelectField
                label={t("branches.till.discountLimit")}
                hint={t("branches.till.discountLimitHint")}
                error={errorOf("discount_limit")}
                value={String(values.discount_limit)}
                options={percent(PERCENTS, discount_limit)}
                onChange={(value) => set({ discount_limit: Number(value) })}
              />
              <SelectField
                label={t("branches.till.lateCancelFee")}
                hint={t("branches.till.feeHint")}
                error={errorOf("late_cancel_fee")}
                value={String(values.late_cancel_fee)}
                options={percent(PERCENTS, late_cancel_fee)}
                onChange={(value) => set({ late_cancel_fee: Number(value) })}
              />
              <SelectField
                label={t("branches.till.noShowFee")}
                hint={t("branches.till.feeHint")}
                error={errorOf("no_show_fee")}
                value={String(values.no_show_fee)}
                options={percent(PERCENTS, no_show_fee)}
                onChange={(value) => set({ no_show_fee: Number(value) })}
              />
            </div>
          )}
        </SettingsForm>
      </Card>
      <AccountCard branchId={branch.id} />
    </>
  );
}

function accountQuery(branchId: string) {
  return queryOptions({
    queryKey: ["bank-account", branchId],
    queryFn: ({ signal }) => call(getBankAccount({ path: { branch_id: branchId }, signal })),
  });
}

/** The account to which guests transfer, as their bank app will show it. */
function AccountCard({ branchId }: { branchId: string }) {
  const { t } = useTranslation("setup");
  const { data: account, error, refetch } = useQuery(accountQuery(branchId));
  const queries = useQueryClient();
  return (
    <Card title={t("branches.till.account")}>
      <p className="mb-3 text-muted">{t("branches.till.accountHint")}</p>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {account !== undefined && (
        <SettingsForm
          shownBy="part"
          saved={account ?? { bin: "", number: "", holder: "" }}
          send={(body) => call(setBankAccount({ path: { branch_id: branchId }, body }))}
          onSaved={() => void queries.invalidateQueries({ queryKey: ["bank-account", branchId] })}
        >
          {({ values, set, errorOf }) => (
            <div className="grid gap-x-6 gap-y-5 md:grid-cols-3">
              <SelectField
                label={t("branches.till.bank")}
                error={errorOf("bin")}
                value={values.bin}
                options={banksWith(values.bin, t("branches.till.chooseBank"))}
                onChange={(bin) => set({ bin })}
              />
              <TextField
                label={t("branches.till.number")}
                error={errorOf("number")}
                value={values.number}
                maxLength={30}
                inputMode="numeric"
                onChange={(number) => set({ number: number.replace(/\s/g, "") })}
              />
              <TextField
                label={t("branches.till.holder")}
                error={errorOf("holder")}
                value={values.holder}
                maxLength={100}
                onChange={(holder) => set({ holder })}
              />
            </div>
          )}
        </SettingsForm>
      )}
    </Card>
  );
}

function banksWith(bin: string, choose: string): { value: string; text: string }[] {
  const known = BANKS.map((bank) => ({ value: bank.bin, text: bank.name }));
  if (bin === "") return [{ value: "", text: choose }, ...known];
  return known.some(({ value }) => value === bin) ? known : [...known, { value: bin, text: bin }];
}
