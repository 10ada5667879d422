/** One account: its roles, the therapist whose calendar it is, and locking it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { LockKeyhole, LockKeyholeOpen } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { disableUser, enableUser, getUser, setUserRoles, type UserRead, updateStaff } from "@/api/generated";
import { currentUserId } from "@/api/session";
import { SidePanel } from "@/card/SidePanel";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { Failure } from "@/design/Failure";
import { FormField, INPUT } from "@/design/FormField";
import { phoneNumber } from "@/i18n/format";
import { staffQuery, useStaff } from "../people/data";
import { SettingsForm } from "../SettingsForm";
import { INVITATIONS, USERS, useInstants } from "./data";
import { hasGrant } from "./grants";
import { RolesField } from "./RolesField";

export function UserPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("setup");
  const {
    data: user,
    error,
    refetch,
  } = useQuery({
    queryKey: [...USERS, "one", id],
    queryFn: () => call(getUser({ path: { user_id: id } })),
  });
  if (user === undefined) {
    if (error === null) return null;
    return (
      <SidePanel title={t("nav.users")} onClose={onClose}>
        <Failure error={error} onRetry={() => void refetch()} />
      </SidePanel>
    );
  }
  const contact = [user.email, user.phone && phoneNumber(user.phone)].filter(Boolean).join(" · ");
  return (
    <SidePanel key={id} title={user.full_name} subtitle={contact} onClose={onClose}>
      <div className="flex flex-col gap-6 p-4 pt-0">
        <Facts user={user} />
        <Roles user={user} />
        <Therapist userId={user.id} />
        {user.id === currentUserId() ? (
          <p className="text-muted text-sm">{t("users.yourself")}</p>
        ) : (
          <Locking user={user} />
        )}
      </div>
    </SidePanel>
  );
}

function Facts({ user }: { user: UserRead }) {
  const { t } = useTranslation("setup");
  const instant = useInstants();
  const canSignIn = user.has_password || user.uses_supabase;
  return (
    <ul className="flex flex-col gap-1 text-muted text-sm">
      {user.disabled_at !== null && (
        <li className="font-medium text-danger">{t("users.lockedAt", { at: instant(user.disabled_at) })}</li>
      )}
      {!canSignIn && <li className="font-medium text-warning">{t("users.notJoined")}</li>}
      {user.uses_supabase && <li>{t("users.supabase")}</li>}
      <li>{t("users.since", { at: instant(user.created_at) })}</li>
    </ul>
  );
}

function Roles({ user }: { user: UserRead }) {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  return (
    <SettingsForm
      saved={{ roles: user.roles }}
      submit={t("users.saveRoles")}
      send={(body) => call(setUserRoles({ path: { user_id: user.id }, body }))}
      onSaved={({ roles }) => {
        // What this page offers follows from the roles of whoever looks at it.
        if (user.id === currentUserId() && !hasGrant(roles, "admin", null)) location.assign("/desk");
        else void cache.invalidateQueries({ queryKey: USERS });
      }}
    >
      {({ values, set, errorOf }) => (
        <RolesField roles={values.roles} error={errorOf("roles")} onChange={(roles) => set({ roles })} />
      )}
    </SettingsForm>
  );
}

/** Whose day the account shows on a phone. */
function Therapist({ userId }: { userId: string }) {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  const { data: staff } = useStaff();
  if (staff === undefined) return null;
  const linked = staff.find(({ user_id }) => user_id === userId);
  const choices = staff.filter(({ id, user_id }) => id === linked?.id || user_id === null);
  return (
    <SettingsForm
      key={linked?.id ?? ""}
      saved={{ staff: linked?.id ?? "" }}
      submit={t("users.saveTherapist")}
      send={async ({ staff: chosen }) => {
        // A person has one account, and an account one person: the former goes first.
        if (linked !== undefined)
          await call(updateStaff({ path: { staff_id: linked.id }, body: { user_id: null } }));
        if (chosen === "") return;
        await call(updateStaff({ path: { staff_id: chosen }, body: { user_id: userId } }));
      }}
      onSaved={() => void cache.invalidateQueries({ queryKey: staffQuery.queryKey })}
    >
      {({ values, set }) => (
        <FormField label={t("users.therapist")} hint={t("users.therapistHint")}>
          {(input) => (
            <select
              {...input}
              className={INPUT}
              value={values.staff}
              onChange={(event) => set({ staff: event.target.value })}
            >
              <option value="">{t("users.noTherapist")}</option>
              {choices.map(({ id, full_name }) => (
                <option key={id} value={id}>
                  {full_name}
                </option>
              ))}
            </select>
          )}
        </FormField>
      )}
    </SettingsForm>
  );
}

function Locking({ user }: { user: UserRead }) {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const isLocked = user.disabled_at !== null;
  const { run, isRunning } = useAction({
    send: (lock: boolean, key) => {
      const options = { path: { user_id: user.id }, headers: { "Idempotency-Key": key } };
      return call(lock ? disableUser(options) : enableUser(options));
    },
    onDone: (_, lock) => {
      showDone(t(lock ? "users.lockedNow" : "users.unlockedNow", { name: user.full_name }));
      for (const queryKey of [USERS, INVITATIONS]) void cache.invalidateQueries({ queryKey });
    },
  });
  return (
    <section className="border-line border-t pt-4">
      <p className="mb-2 text-muted text-sm">{t(isLocked ? "users.unlockHint" : "users.lockHint")}</p>
      <Button
        className="pointer-coarse:h-11"
        disabled={isRunning}
        onClick={() => (isLocked ? run(false) : setAsking(true))}
      >
        {isLocked ? <LockKeyholeOpen aria-hidden size={16} /> : <LockKeyhole aria-hidden size={16} />}
        {t(isLocked ? "users.unlock" : "users.lock")}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("users.lockAsk", { name: user.full_name })}
        confirm={t("users.lock")}
        back={t("back")}
        onConfirm={() => {
          setAsking(false);
          run(true);
        }}
        onBack={() => setAsking(false)}
      >
        <p>{t("users.lockHint")}</p>
      </ConfirmDialog>
    </section>
  );
}
