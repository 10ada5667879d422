import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { LoaderCircle } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { signIn, useSession } from "@/api/session";
import { usePreload } from "@/app/preload";
import { Button } from "@/design/Button";
import { FIELD, FORM, FormError, Frame } from "./Frame";
import { PasswordInput } from "./PasswordInput";

export function SignInPage() {
  const { t } = useTranslation();
  usePreload();
  const router = useRouter();
  const session = useSession();
  const { next } = useSearch({ from: "/desk/sign-in" });
  const [error, setError] = useState<unknown>(null);
  const [missing, setMissing] = useState<{ login: boolean; password: boolean }>({
    login: false,
    password: false,
  });
  const [isBusy, setIsBusy] = useState(false);
  const login = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const ids = { login: useId(), password: useId(), loginError: useId(), passwordError: useId() };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const values = { login: login.current?.value.trim() ?? "", password: password.current?.value ?? "" };
    const lacks = { login: values.login === "", password: values.password === "" };
    setMissing(lacks);
    if (lacks.login || lacks.password) {
      (lacks.login ? login : password).current?.focus();
      return;
    }
    setIsBusy(true);
    setError(null);
    try {
      await signIn(values.login, values.password);
      router.history.replace(next ?? "/desk");
    } catch (reason) {
      setError(reason);
      password.current?.select();
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <Frame lead={t(next?.startsWith("/me") ? "me.title" : "signIn.lead")}>
      <form onSubmit={submit} noValidate className={FORM}>
        <h1 className="mb-4 font-semibold text-xl">{t("signIn.title")}</h1>
        {session.status === "signed-out" && session.ended && error === null && (
          <p role="status" className="mb-4 rounded-md bg-warning-soft px-3 py-2 text-warning">
            {t("signIn.ended")}
          </p>
        )}
        {error !== null && <FormError error={error} />}
        <label htmlFor={ids.login} className="mb-1 block font-medium">
          {t("signIn.login")}
        </label>
        <input
          ref={login}
          id={ids.login}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the page is this form, and nothing else
          autoFocus
          maxLength={254}
          className={FIELD}
          aria-invalid={missing.login}
          aria-describedby={missing.login ? ids.loginError : undefined}
        />
        <FieldError id={ids.loginError} text={missing.login ? t("signIn.missingLogin") : null} />
        <label htmlFor={ids.password} className="mt-4 mb-1 block font-medium">
          {t("signIn.password")}
        </label>
        <PasswordInput
          ref={password}
          id={ids.password}
          name="password"
          autoComplete="current-password"
          aria-invalid={missing.password}
          aria-describedby={missing.password ? ids.passwordError : undefined}
        />
        <FieldError id={ids.passwordError} text={missing.password ? t("signIn.missingPassword") : null} />
        <Button
          kind="primary"
          size="lg"
          type="submit"
          className="mt-6 w-full justify-center"
          aria-disabled={isBusy}
        >
          {isBusy && <LoaderCircle aria-hidden size={18} className="animate-spin" />}
          {isBusy ? t("signIn.submitting") : t("signIn.submit")}
        </Button>
      </form>
      <p className="mt-4 text-center">
        <Link to="/desk/password" className="rounded-sm font-medium text-accent underline">
          {t("signIn.forgotten")}
        </Link>
      </p>
    </Frame>
  );
}

function FieldError({ id, text }: { id: string; text: string | null }) {
  return (
    <p id={id} className="mt-1 text-danger text-sm empty:hidden">
      {text}
    </p>
  );
}
