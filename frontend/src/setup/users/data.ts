import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { listShownMails, type RoleGrant } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { dayName, relativeDayName } from "@/i18n/format";
import { branchesQuery } from "@/shell/branches";
import { byRole } from "./grants";
import { linksIn } from "./invitations";

export const USERS = ["users"];
export const INVITATIONS = ["invitations"];

/** The links of mails that this server shows instead of sending them, or null: it sends them. */
const mailsQuery = queryOptions({
  queryKey: ["mails"],
  queryFn: async () => {
    try {
      return linksIn(await call(listShownMails()));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  },
  // A mail is written after the answer.
  refetchInterval: ({ state }) => (state.data ? 2_000 : false),
});

export const useMailLinks = () => useQuery(mailsQuery).data ?? null;

/** Return how to name roles: `Chủ spa`, `Lễ tân · Quận 1, Thảo Điền`. */
export function useGrantNames(): (grants: readonly RoleGrant[]) => string[] {
  const { t } = useTranslation("setup");
  const { data: branches } = useQuery(branchesQuery);
  return (grants) =>
    byRole(grants).map(({ role, branches: ids }) => {
      if (ids === null) return t(role === "admin" ? "users.owner" : `users.role.${role}`);
      const names = ids.map((id) => branches?.find((branch) => branch.id === id)?.name ?? "…");
      return t("users.roleIn", { role: t(`users.role.${role}`), branches: names.join(", ") });
    });
}

/** Return how to show an instant, in the zone of this device: `10:20, Hôm nay` or `10:20, Thứ Bảy 28/11`. */
export function useInstants(): (instant: string) => string {
  const { t } = useTranslation();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (instant) => {
    const at = Date.parse(instant);
    const [day, today] = [dayIn(zone, at), dayIn(zone, Date.now())];
    return `${timeIn(zone, at)}, ${relativeDayName(t, day, today) ?? dayName(t, day, today)}`;
  };
}
