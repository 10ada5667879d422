/** The account with which a person signs in: shown, taken away, or found by a name, an email or a phone number. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { KeyRound, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { getUser, listUsers, type UserRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { FormField } from "@/design/FormField";
import { phoneNumber } from "@/i18n/format";
import { Filter } from "../Filter";

const MOST = 5;

interface Props {
  userId: string | null;
  error: string | undefined;
  onChange: (userId: string | null) => void;
}

export function AccountField({ userId, error, onChange }: Props) {
  const { t } = useTranslation("setup");
  const [text, setText] = useState("");
  const { data: user } = useQuery({
    queryKey: ["users", userId],
    queryFn: () => call(getUser({ path: { user_id: userId ?? "" } })),
    enabled: userId !== null,
  });
  const { data: found } = useQuery({
    queryKey: ["users", "search", text],
    queryFn: ({ signal }) => call(listUsers({ query: { q: text.trim(), limit: MOST }, signal })),
    enabled: userId === null && text.trim().length >= 2,
    placeholderData: keepPreviousData,
  });
  if (userId !== null) {
    return (
      <div>
        <p className="mb-1 font-medium">{t("people.account")}</p>
        <p className="flex min-h-9 items-center gap-2 rounded-md bg-sunken pr-1 pl-3">
          <KeyRound aria-hidden size={15} className="shrink-0 text-muted" />
          <span className="min-w-0 flex-1 break-words">{user && accountText(user)}</span>
          <Button
            kind="quiet"
            size="icon"
            className="text-muted pointer-coarse:size-11"
            aria-label={t("people.unlink")}
            onClick={() => onChange(null)}
          >
            <X aria-hidden size={16} />
          </Button>
        </p>
        {error !== undefined && <p className="mt-1 text-danger text-sm">{error}</p>}
      </div>
    );
  }
  const users = text.trim().length >= 2 ? (found?.items ?? []) : [];
  return (
    <div>
      <FormField label={t("people.account")} hint={t("people.accountHint")} error={error}>
        {(input) => <Filter {...input} label={t("people.findAccount")} text={text} onText={setText} />}
      </FormField>
      {users.length > 0 && (
        <ul className="mt-1.5 flex flex-col divide-y divide-line rounded-md border border-line">
          {users.map((each) => (
            <li key={each.id}>
              <button
                type="button"
                className="min-h-9 w-full break-words px-3 py-1.5 text-left hover:bg-hover pointer-coarse:min-h-11"
                onClick={() => {
                  onChange(each.id);
                  setText("");
                }}
              >
                {accountText(each)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {found?.items.length === 0 && text.trim().length >= 2 && (
        <p role="status" className="mt-1.5 text-muted">
          {t("people.noAccount")}
        </p>
      )}
    </div>
  );
}

function accountText({ full_name, email, phone }: UserRead): string {
  return [full_name, email ?? (phone === null ? "" : phoneNumber(phone))].filter(Boolean).join(" · ");
}
