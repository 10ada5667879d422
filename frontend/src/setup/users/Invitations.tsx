/** Who is invited and has not joined yet, and the links of a server that sends no mail. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, ExternalLink, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { type InvitationRead, listInvitations, resendInvitation, withdrawInvitation } from "@/api/generated";
import { copyText } from "@/app/clipboard";
import { Button, buttonClass } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { Card } from "../parts";
import { INVITATIONS, USERS, useGrantNames, useInstants, useMailLinks } from "./data";
import { type MailLink, openInvitations } from "./invitations";

/** More than anybody has open at once. */
const LOADED = 100;

function useOpenInvitations(): InvitationRead[] {
  const { data } = useQuery({
    queryKey: INVITATIONS,
    queryFn: () => call(listInvitations({ query: { limit: LOADED } })),
    // A mail is sent after the answer. What the mail server said is then asked for.
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.state === "pending" && !one.sent_at && !one.delivery_failed_at)
        ? 2_000
        : false,
  });
  return openInvitations(data?.items ?? []);
}

export function Invitations() {
  const { t } = useTranslation("setup");
  const open = useOpenInvitations();
  const links = useMailLinks();
  if (open.length === 0) return null;
  return (
    <Card title={t("users.invited", { count: open.length })}>
      {links !== null && <p className="mb-3 text-muted">{t("users.mailsHint")}</p>}
      <ul className="-my-3 divide-y divide-line">
        {open.map((invitation) => (
          <Invited
            key={invitation.id}
            invitation={invitation}
            link={links?.find(({ to, kind }) => kind === "join" && to === invitation.email)}
          />
        ))}
      </ul>
    </Card>
  );
}

function Invited({ invitation, link }: { invitation: InvitationRead; link: MailLink | undefined }) {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  const namesOf = useGrantNames();
  const instant = useInstants();
  const [isAsking, setAsking] = useState(false);
  const { id, email, state, expires_at, sent_at, delivery_failed_at } = invitation;
  const reload = () => {
    for (const queryKey of [USERS, INVITATIONS, ["mails"]]) void cache.invalidateQueries({ queryKey });
  };
  const headers = (key: string) => ({ "Idempotency-Key": key });
  const resend = useAction({
    send: (path: { invitation_id: string }, key) => call(resendInvitation({ path, headers: headers(key) })),
    onDone: () => {
      showDone(t("users.resent", { email }));
      reload();
    },
  });
  const withdraw = useAction({
    send: (path: { invitation_id: string }, key) => call(withdrawInvitation({ path, headers: headers(key) })),
    onDone: () => {
      showDone(t("users.withdrawn", { email }));
      reload();
    },
  });
  const when =
    state === "expired"
      ? t("users.expired", { at: instant(expires_at) })
      : t("users.validUntil", { at: instant(expires_at) });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-52 flex-1">
        <p className="break-all font-medium">{email}</p>
        <p className="text-muted text-sm">
          {namesOf(invitation.roles).join(" · ")} · {when}
        </p>
        {delivery_failed_at !== null && (
          <p className="mt-1 flex gap-1.5 text-danger text-sm">
            <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
            {t("users.notSent")}
          </p>
        )}
        {delivery_failed_at === null && sent_at === null && state === "pending" && (
          <p className="mt-1 text-muted text-sm">{t("users.sending")}</p>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        {link !== undefined && state === "pending" && <LinkButtons link={link} />}
        <Button
          className="pointer-coarse:h-11"
          disabled={resend.isRunning}
          aria-label={t("users.resendTo", { email })}
          onClick={() => resend.run({ invitation_id: id })}
        >
          {t("users.resend")}
        </Button>
        <Button
          kind="quiet"
          className="pointer-coarse:h-11"
          disabled={withdraw.isRunning}
          aria-label={t("users.withdrawFrom", { email })}
          onClick={() => setAsking(true)}
        >
          {t("users.withdrawShort")}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("users.withdrawAsk", { email })}
        confirm={t("users.withdraw")}
        back={t("back")}
        onConfirm={() => {
          setAsking(false);
          withdraw.run({ invitation_id: id });
        }}
        onBack={() => setAsking(false)}
      >
        <p>{t("users.withdrawHint")}</p>
      </ConfirmDialog>
    </li>
  );
}

/** The links of other mails of a server that sends none. */
export function UnsentMails() {
  const { t } = useTranslation("setup");
  const instant = useInstants();
  const links = useMailLinks()?.filter(({ kind }) => kind === "password");
  if (links === undefined || links.length === 0) return null;
  return (
    <Card title={t("users.mails")}>
      <p className="mb-3 text-muted">{t("users.mailsHint")}</p>
      <ul className="-my-3 divide-y divide-line">
        {links.map((link) => (
          <li key={link.path} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <div className="min-w-52 flex-1">
              <p className="break-all font-medium">{link.to}</p>
              <p className="text-muted text-sm">
                {t("users.newPassword")} · {instant(link.at)}
              </p>
            </div>
            <div className="flex flex-wrap gap-2">
              <LinkButtons link={link} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function LinkButtons({ link: { to, path } }: { link: MailLink }) {
  const { t } = useTranslation("setup");
  const copy = () =>
    void copyText(location.origin + path).then(
      () => showDone(t("users.copied")),
      () => showFailure(t("users.notCopied")),
    );
  return (
    <>
      <Button
        className="pointer-coarse:h-11"
        aria-label={t("users.copyLinkOf", { email: to })}
        onClick={copy}
      >
        <Copy aria-hidden size={16} />
        {t("users.copyLink")}
      </Button>
      <a
        href={path}
        target="_blank"
        rel="noreferrer"
        title={t("users.openLink")}
        aria-label={t("users.openLinkOf", { email: to })}
        className={`${buttonClass("quiet", "icon")} pointer-coarse:size-11`}
      >
        <ExternalLink aria-hidden size={16} />
      </a>
    </>
  );
}
