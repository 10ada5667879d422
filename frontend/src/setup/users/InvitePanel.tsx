/** Invite a person: their email and what they may do. Their name and password they enter themselves. */
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type InvitationCreate, inviteUser } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { TextField } from "../fields";
import { SettingsForm } from "../SettingsForm";
import { INVITATIONS, USERS } from "./data";
import { RolesField } from "./RolesField";

const EMPTY: InvitationCreate = { email: "", roles: [] };

export function InvitePanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  return (
    <SidePanel title={t("users.invite")} subtitle={t("users.inviteHint")} onClose={onClose}>
      <div className="p-4 pt-0">
        <SettingsForm
          saved={EMPTY}
          send={(body, key) => call(inviteUser({ body, headers: { "Idempotency-Key": key } }))}
          submit={t("users.sendInvite")}
          onCancel={onClose}
          done={({ email, state }) =>
            t(state === "accepted" ? "users.rolesAdded" : "users.inviting", { email })
          }
          onSaved={() => {
            for (const queryKey of [USERS, INVITATIONS, ["mails"]])
              void cache.invalidateQueries({ queryKey });
            onClose();
          }}
        >
          {({ values, set, errorOf }) => (
            <>
              <TextField
                type="email"
                label={t("users.email")}
                error={errorOf("email")}
                autoComplete="off"
                maxLength={254}
                required
                value={values.email}
                onChange={(email) => set({ email })}
              />
              <RolesField
                roles={values.roles}
                error={errorOf("roles") === undefined ? undefined : t("users.needsRole")}
                onChange={(roles) => set({ roles })}
              />
            </>
          )}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
