/** What is shown of the ledger: by whom, about what, until when. It is kept in the address. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { listUsers, type UserRead } from "@/api/generated";
import { isDay } from "@/board/time";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { SelectField, TextField } from "../fields";
import type { AuditSearch } from "../search";
import { USERS } from "../users/data";
import type { Context } from "./values";

const TEAM = ["admin", "receptionist", "therapist"] as const;
/** The most that one request lists. */
const MANY = 100;

interface Props {
  search: AuditSearch;
  names: Context["names"];
  onSearch: (change: AuditSearch) => void;
}

export function Filters({ search: { by, about, day, of }, names, onSearch }: Props) {
  const { t } = useTranslation("setup");
  const { data: team = [] } = useQuery({ queryKey: [...USERS, "team"], queryFn: readTeam });
  const kinds: Record<string, string> = t("audit.filter", { returnObjects: true });
  const isChosen = [by, about, day, of].some((value) => value !== undefined);
  const chosen = by === undefined ? undefined : names[by];
  return (
    <div className="flex flex-wrap items-end gap-3 [&>div]:min-w-44 max-sm:[&>div]:w-full">
      <SelectField
        label={t("audit.who")}
        value={by ?? ""}
        options={[
          { value: "", text: t("audit.anybody") },
          ...(by !== undefined && !team.some(({ id }) => id === by)
            ? [
                {
                  value: by,
                  text: chosen === undefined ? t("audit.formerUser") : inLanguage(chosen, currentLanguage()),
                },
              ]
            : []),
          ...team.map(({ id, full_name }) => ({ value: id, text: full_name })),
        ]}
        onChange={(id) => onSearch({ by: id || undefined })}
      />
      <SelectField
        label={t("audit.about")}
        value={about ?? ""}
        options={[
          { value: "", text: t("audit.anything") },
          ...Object.entries(kinds).map(([value, text]) => ({ value, text })),
        ]}
        onChange={(table) => onSearch({ about: table || undefined, of: undefined })}
      />
      <TextField
        type="date"
        label={t("audit.until")}
        value={day ?? ""}
        onChange={(next) => onSearch({ day: isDay(next) ? next : undefined })}
      />
      {isChosen && (
        <Button
          className="pointer-coarse:h-11"
          onClick={() => onSearch({ by: undefined, about: undefined, day: undefined, of: undefined })}
        >
          <X aria-hidden size={15} />
          {t("audit.reset")}
        </Button>
      )}
      {of !== undefined && (
        <p role="status" className="w-full text-muted">
          {t("audit.oneThing")}
        </p>
      )}
    </div>
  );
}

/** Return the accounts that can change something but customers, by name. */
async function readTeam(): Promise<UserRead[]> {
  const pages = await Promise.all(TEAM.map((role) => call(listUsers({ query: { role, limit: MANY } }))));
  const users = new Map(pages.flatMap(({ items }) => items).map((user) => [user.id, user]));
  return [...users.values()].sort((one, other) => one.full_name.localeCompare(other.full_name, "vi"));
}
