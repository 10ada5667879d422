/** A new password for somebody who has forgotten theirs: first its link is asked for, then the link of the mail leads here. */

import { Link, useLocation } from "@tanstack/react-router";
import { LoaderCircle, MailCheck } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { requestPassword, resetPassword } from "@/api/session";
import { useTitle } from "@/app/useTitle";
import { Button } from "@/design/Button";
import { FormField } from "@/design/FormField";
import { FIELD, FORM, FormError, Frame } from "./Frame";
import { LinkForm } from "./LinkForm";

export function PasswordPage() {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const token = useLocation({ select: ({ hash }) => hash });
  useTitle(t("password.title"));
  return (
    <Frame lead={common("signIn.lead")}>
      {token === "" ? (
        <Request />
      ) : (
        <LinkForm
          title={t("password.title")}
          hint={t("password.hint")}
          submit={t("password.submit")}
          signedInHint={t("password.signedInHint")}
          send={({ password }) => resetPassword({ token, new_password: password })}
        />
      )}
      <p className="mt-4 text-center">
        <Link to="/desk/sign-in" className="rounded-sm font-medium text-accent underline">
          {t("password.back")}
        </Link>
      </p>
    </Frame>
  );
}

function Request() {
  const { t } = useTranslation("setup");
  const [email, setEmail] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [state, setState] = useState<"typing" | "sending" | "sent">("typing");
  const [error, setError] = useState<unknown>(null);
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (state !== "typing") return;
    setError(null);
    const isAddress = /^\S+@\S+$/.test(email.trim());
    setMissing(!isAddress);
    if (!isAddress) return field.current?.focus();
    setState("sending");
    requestPassword(email.trim()).then(
      () => setState("sent"),
      (reason: unknown) => {
        setError(reason);
        setState("typing");
      },
    );
  };
  if (state === "sent")
    return (
      <div role="status" className={FORM}>
        <MailCheck aria-hidden size={28} className="mb-3 text-accent" />
        <h1 className="font-semibold text-xl">{t("password.sent")}</h1>
        <p className="mt-1 break-words text-muted">{t("password.sentHint", { email: email.trim() })}</p>
      </div>
    );
  return (
    <form onSubmit={submit} noValidate className={`${FORM} flex flex-col gap-4`}>
      <div>
        <h1 className="font-semibold text-xl">{t("password.forgotten")}</h1>
        <p className="mt-1 text-muted">{t("password.forgottenHint")}</p>
      </div>
      {error !== null && <FormError error={error} />}
      <FormField label={t("password.email")} error={isMissing ? t("password.missing") : undefined}>
        {(input) => (
          <input
            {...input}
            ref={field}
            type="email"
            name="email"
            autoComplete="username"
            className={FIELD}
            maxLength={254}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </FormField>
      <Button
        kind="primary"
        size="lg"
        type="submit"
        className="mt-2 w-full justify-center"
        aria-disabled={state === "sending"}
      >
        {state === "sending" && <LoaderCircle aria-hidden size={18} className="animate-spin" />}
        {t("password.request")}
      </Button>
    </form>
  );
}
