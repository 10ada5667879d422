/** One more branch: its hours, rooms and people follow on their pages. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { openBranch } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { useBranch } from "@/shell/branches";
import { keyOf } from "../keys";
import { SettingsForm } from "../SettingsForm";
import { BranchFields, toBody } from "./BranchFields";
import { useBranchesChanged } from "./useBranchesChanged";

export function NewBranchPanel() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate({ from: "/setup/branches" });
  const onChanged = useBranchesChanged();
  const branch = useBranch();
  const close = () => void navigate({ search: (before) => ({ ...before, add: undefined }) });
  // It is most probably in the country of the first one.
  const [saved] = useState({
    ...{ name: "", address: "", phone: "", key: "" },
    country: branch?.country ?? "VN",
    timeZone: branch?.time_zone ?? "Asia/Ho_Chi_Minh",
  });
  return (
    <SidePanel title={t("branches.new")} onClose={close}>
      <div className="px-4 pb-4">
        <SettingsForm
          shownBy="add"
          saved={saved}
          submit={t("branches.add")}
          send={(values, key) =>
            call(openBranch({ body: toBody(values), headers: { "Idempotency-Key": key } }))
          }
          onSaved={({ id }) =>
            void onChanged().then(() => navigate({ search: { branch: id, part: "hours" } }))
          }
          onCancel={close}
        >
          {(fields) => {
            const { key, name } = fields.values;
            const isOwn = key !== "" && key !== keyOf(name);
            return (
              <BranchFields
                fields={fields}
                onName={(next) => (isOwn || next.trim() === "" ? {} : { key: keyOf(next) })}
              />
            );
          }}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
