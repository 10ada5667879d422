/** The private link by which a guest who booked online sees, moves and cancels the visit. The desk can make it stop working. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, callRemoval } from "@/api/client";
import { ApiError } from "@/api/errors";
import { getGuestLink, revokeGuestLink } from "@/api/generated";
import { dayIn } from "@/board/time";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import { ask } from "./ask";
import { Section } from "./Section";

/** Return the link of a visit, or null: it was booked by a customer with an account. */
async function readLink(visitId: string) {
  try {
    return await call(getGuestLink({ path: { visit_id: visitId } }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function GuestLink({ visitId, zone }: { visitId: string; zone: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const queryKey = ["guest-link", visitId];
  const { data: link } = useQuery({ queryKey, queryFn: () => readLink(visitId) });
  const { run, isRunning } = useAction({
    send: (visit_id: string) => callRemoval(revokeGuestLink({ path: { visit_id } })),
    onDone: () => {
      showDone(t("opened.linkRevoked"));
      void cache.invalidateQueries({ queryKey });
    },
  });
  if (!link) return null;
  const day = (instant: string | number) =>
    dayIn(zone, typeof instant === "number" ? instant : Date.parse(instant));
  const today = day(Date.now());
  const isOver = Date.parse(link.expires_at) <= Date.now();
  const state =
    link.revoked_at !== null
      ? t("opened.linkRevokedOn", { day: dayName(t, day(link.revoked_at), today) })
      : t(isOver ? "opened.linkEnded" : "opened.linkUntil", { day: dayName(t, day(link.expires_at), today) });
  return (
    <Section title={t("opened.link")} summary={state}>
      <p>{state}</p>
      {link.revoked_at === null && !isOver && (
        <>
          <p className="text-muted text-sm">{t("opened.linkHint")}</p>
          <Button
            className="self-start pointer-coarse:h-11"
            disabled={isRunning}
            onClick={() =>
              ask({
                title: t("opened.linkAsk"),
                text: t("opened.linkAskHint"),
                confirm: t("opened.linkRevoke"),
                onConfirm: () => run(visitId),
              })
            }
          >
            {t("opened.linkRevoke")}
          </Button>
        </>
      )}
    </Section>
  );
}
