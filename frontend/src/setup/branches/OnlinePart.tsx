/** How guests book without an account: whether, who confirms, and how much one guest can take. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BranchRead, type OnlineCheck, updateBranch } from "@/api/generated";
import { BookingAddress } from "../BookingAddress";
import { SelectField } from "../fields";
import { Card, Counter, Switch } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { DepositCard } from "./DepositCard";
import { useBranchesChanged } from "./useBranchesChanged";

const CHECKS: OnlineCheck[] = ["none", "mail"];

export function OnlinePart({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { online_booking, approve_online, online_check } = branch;
  const { online_visits_per_phone, online_holds_per_address } = branch;
  return (
    <>
      {online_booking && (
        <Card title={t("branches.page")}>
          <p className="mb-3 text-muted">{t("branches.pageHint")}</p>
          <BookingAddress branch={branch} />
        </Card>
      )}
      <Card title={t("branches.part.online")}>
        <SettingsForm
          shownBy="part"
          saved={{
            ...{ online_booking, approve_online, online_check },
            ...{ online_visits_per_phone, online_holds_per_address },
          }}
          send={(values, _, overrule) =>
            call(updateBranch({ path: { branch_id: branch.id }, body: { ...values, ...overrule } }))
          }
          onSaved={useBranchesChanged()}
        >
          {({ values, set, errorOf }) => (
            <>
              <Switch
                label={t("branches.onlineOn")}
                isOn={values.online_booking}
                onChange={(isOn) => set({ online_booking: isOn })}
              />
              {values.online_booking && (
                <div className="flex flex-col gap-5 border-line border-t pt-4">
                  <div className="grid gap-5 md:grid-cols-2">
                    <SelectField
                      label={t("branches.approve")}
                      hint={t(values.approve_online ? "branches.approveDeskHint" : "branches.approveNowHint")}
                      value={values.approve_online ? "desk" : "now"}
                      options={[
                        { value: "now", text: t("branches.approveNow") },
                        { value: "desk", text: t("branches.approveDesk") },
                      ]}
                      onChange={(value) => set({ approve_online: value === "desk" })}
                    />
                    <SelectField
                      label={t("branches.check.label")}
                      hint={t(`branches.check.${values.online_check}Hint`)}
                      error={errorOf("online_check")}
                      value={values.online_check}
                      options={CHECKS.map((value) => ({ value, text: t(`branches.check.${value}`) }))}
                      onChange={(value) =>
                        set({ online_check: CHECKS.find((check) => check === value) ?? "none" })
                      }
                    />
                  </div>
                  <Limit
                    label={t("branches.perPhone")}
                    hint={t("branches.perPhoneHint")}
                    value={values.online_visits_per_phone}
                    most={20}
                    onChange={(count) => set({ online_visits_per_phone: count })}
                  />
                  <Limit
                    label={t("branches.perAddress")}
                    hint={t("branches.perAddressHint")}
                    value={values.online_holds_per_address}
                    most={50}
                    onChange={(count) => set({ online_holds_per_address: count })}
                  />
                </div>
              )}
            </>
          )}
        </SettingsForm>
      </Card>
      {online_booking && <DepositCard branch={branch} />}
    </>
  );
}

interface LimitProps {
  label: string;
  hint: string;
  value: number;
  most: number;
  onChange: (value: number) => void;
}

function Limit({ label, hint, value, most, onChange }: LimitProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="min-w-60 flex-1">
        <p className="font-medium">{label}</p>
        <p className="text-muted text-sm">{hint}</p>
      </div>
      <Counter label={label} value={value} least={1} most={most} onChange={onChange} />
    </div>
  );
}
