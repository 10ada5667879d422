/** The account: the calendar of the phone, language and theme, the desk, the way out. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarPlus, Copy, LayoutDashboard, LogOut, RefreshCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError, errorOf, sentenceOf } from "@/api/errors";
import { addCalendar, listCalendars, revokeCalendar } from "@/api/generated";
import { signOut, useSession } from "@/api/session";
import { copyText } from "@/app/clipboard";
import { worksAtDesk } from "@/app/home";
import { LANGUAGE_NAMES, LANGUAGES, preferences, THEMES } from "@/app/preferences";
import { Button, buttonClass } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { currentLanguage, switchLanguage } from "@/i18n";
import { Confirm } from "./Confirm";
import { Page } from "./Page";
import { Skeleton } from "./states";
import { useStaff } from "./useDay";

export function AccountPage() {
  const { t } = useTranslation();
  const session = useSession();
  const { staff } = useStaff();
  const [theme, setTheme] = useState(preferences.theme);
  if (session.status !== "signed-in") return null;
  const fail = (error: unknown) => showFailure(sentenceOf(t, error));
  return (
    <Page title={session.user.full_name}>
      <div className="flex flex-col gap-3">
        {staff && <Calendar staffId={staff.id} />}
        <section className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4">
          <Choices
            label={t("account.language")}
            chosen={currentLanguage()}
            options={LANGUAGES.map((value) => ({ value, text: LANGUAGE_NAMES[value], lang: value }))}
            onChoose={(language) =>
              void switchLanguage(language).catch(() => fail(new ApiError("NETWORK", 0)))
            }
          />
          <Choices
            label={t("account.theme")}
            chosen={theme}
            options={THEMES.map((value) => ({ value, text: t(`account.themes.${value}`) }))}
            onChoose={(next) => {
              setTheme(next);
              preferences.setTheme(next);
            }}
          />
        </section>
        {worksAtDesk(session.user) && (
          <Link to="/desk/board" className={`${buttonClass("plain", "lg")} h-12 justify-center`}>
            <LayoutDashboard aria-hidden size={18} />
            {t("me.toDesk")}
          </Link>
        )}
        <Button
          size="lg"
          className="h-12 justify-center"
          onClick={() => void signOut().catch(() => showFailure(t("account.signOutFailed")))}
        >
          <LogOut aria-hidden size={18} />
          {t("account.signOut")}
        </Button>
      </div>
    </Page>
  );
}

interface ChoicesProps<Value extends string> {
  label: string;
  chosen: Value;
  options: readonly { value: Value; text: string; lang?: string }[];
  onChoose: (value: Value) => void;
}

function Choices<Value extends string>({ label, chosen, options, onChoose }: ChoicesProps<Value>) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-muted">{label}</legend>
      <div className="flex rounded-md border border-line-strong bg-sunken p-0.5">
        {options.map(({ value, text, lang }) => (
          <button
            key={value}
            type="button"
            lang={lang}
            aria-pressed={value === chosen}
            onClick={() => onChoose(value)}
            className="h-11 min-w-0 flex-1 rounded-sm border border-transparent px-2 font-medium text-muted aria-pressed:border-line-strong aria-pressed:bg-raised aria-pressed:text-text"
          >
            {text}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Calendar({ staffId }: { staffId: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ["me", "calendars", staffId],
    queryFn: () => call(listCalendars({ query: { staff_id: staffId } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // The new address is there before the old ones go.
  const renew = useAction({
    send: async (oldIds: string[], key) => {
      await call(addCalendar({ body: { staff_id: staffId }, headers: { "Idempotency-Key": key } }));
      for (const id of oldIds) {
        const { error: refusal, response } = await revokeCalendar({ path: { calendar_id: id } });
        if (refusal !== undefined) throw errorOf(refusal, response?.status ?? 0);
      }
      return oldIds;
    },
    onDone: (oldIds) => {
      if (oldIds.length > 0) showDone(t("me.renewed"));
      void cache.invalidateQueries({ queryKey: ["me", "calendars"] });
    },
  });
  const url = data?.[0]?.url;
  const copy = () =>
    void copyText(url ?? "").then(
      () => showDone(t("me.copied")),
      () => showFailure(t("me.notCopied")),
    );
  return (
    <section
      aria-labelledby="calendar"
      className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4"
    >
      <div>
        <h2 id="calendar" className="font-semibold text-lg">
          {t("me.calendar")}
        </h2>
        <p className="text-muted">{t("me.calendarHint")}</p>
      </div>
      {data === undefined ? (
        error === null ? (
          <Skeleton />
        ) : (
          <Failure size="lg" error={error} onRetry={() => void refetch()} />
        )
      ) : url === undefined ? (
        <Button
          kind="primary"
          size="lg"
          className="h-12 justify-center"
          disabled={renew.isRunning}
          onClick={() => renew.run([])}
        >
          <CalendarPlus aria-hidden size={18} />
          {t("me.makeAddress")}
        </Button>
      ) : (
        <>
          <input
            readOnly
            aria-label={t("me.address")}
            value={url}
            onFocus={({ target }) => target.select()}
            className="tabular h-11 w-full min-w-0 truncate rounded-md border border-line bg-sunken px-3 text-muted"
          />
          <a
            href={url.replace(/^https?:/, "webcal:")}
            className={`${buttonClass("primary", "lg")} h-12 justify-center`}
          >
            <CalendarPlus aria-hidden size={18} />
            {t("me.openCalendar")}
          </a>
          <div className="flex flex-wrap gap-2">
            <Button className="h-11 flex-1 justify-center" onClick={copy}>
              <Copy aria-hidden size={16} />
              {t("me.copy")}
            </Button>
            <Button
              className="h-11 flex-1 justify-center"
              disabled={renew.isRunning}
              onClick={() => setAsking(true)}
            >
              <RefreshCw aria-hidden size={16} />
              {t("me.renew")}
            </Button>
          </div>
          {isAsking && (
            <Confirm
              question={t("me.askRenew")}
              confirm={t("me.renew")}
              onConfirm={() => renew.run(data.map(({ id }) => id))}
              onBack={() => setAsking(false)}
            />
          )}
        </>
      )}
    </section>
  );
}
