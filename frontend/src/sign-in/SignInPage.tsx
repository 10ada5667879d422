import { useRouter, useSearch } from "@tanstack/react-router";
import { Eye, EyeOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import { signIn, useSession } from "@/api/session";
import { LANGUAGE_NAMES, LANGUAGES } from "@/app/preferences";
import { usePreload } from "@/app/preload";
import { Button } from "@/design/Button";
import { Logo } from "@/design/Logo";
import { currentLanguage, switchLanguage } from "@/i18n";

const FIELD =
  "h-11 w-full rounded-md border border-line-strong bg-surface px-3 text-lg aria-invalid:border-danger focus-visible:outline-offset-0";

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
  const [isShown, setIsShown] = useState(false);
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
      router.history.replace(next ?? "/desk/board");
    } catch (reason) {
      setError(reason);
      password.current?.select();
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <main className="grid h-full grid-rows-[auto_1fr_auto] overflow-auto bg-page">
      <fieldset className="flex justify-end gap-1 p-3">
        <legend className="sr-only">{t("account.language")}</legend>
        {LANGUAGES.map((language) => (
          <Button
            key={language}
            kind="quiet"
            lang={language}
            aria-pressed={language === currentLanguage()}
            className="text-muted aria-pressed:bg-hover aria-pressed:text-text"
            onClick={() => void switchLanguage(language).catch(() => setError(new ApiError("NETWORK", 0)))}
          >
            {LANGUAGE_NAMES[language]}
          </Button>
        ))}
      </fieldset>
      <div className="flex items-center justify-center p-4">
        <div className="w-full max-w-sm">
          <div className="mb-7 flex items-center gap-3">
            <Logo size={44} />
            <div>
              <p className="font-semibold text-xl">{t("app.name")}</p>
              <p className="text-muted">{t("signIn.lead")}</p>
            </div>
          </div>
          <form
            onSubmit={submit}
            noValidate
            className="rounded-lg border border-line bg-surface p-6 shadow-raised"
          >
            <h1 className="mb-4 font-semibold text-xl">{t("signIn.title")}</h1>
            {session.status === "signed-out" && session.ended && error === null && (
              <p role="status" className="mb-4 rounded-md bg-warning-soft px-3 py-2 text-warning">
                {t("signIn.ended")}
              </p>
            )}
            {error !== null && (
              <p role="alert" className="mb-4 flex gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
                <TriangleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
                {sentenceOf(t, error)}
              </p>
            )}
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
            <div className="relative">
              <input
                ref={password}
                id={ids.password}
                name="password"
                type={isShown ? "text" : "password"}
                autoComplete="current-password"
                maxLength={200}
                className={`${FIELD} pr-11`}
                aria-invalid={missing.password}
                aria-describedby={missing.password ? ids.passwordError : undefined}
              />
              <button
                type="button"
                className="absolute inset-y-1 right-1 grid w-9 place-items-center rounded-md text-muted hover:bg-hover"
                aria-label={isShown ? t("signIn.hidePassword") : t("signIn.showPassword")}
                onClick={() => setIsShown(!isShown)}
              >
                {isShown ? <EyeOff aria-hidden size={18} /> : <Eye aria-hidden size={18} />}
              </button>
            </div>
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
        </div>
      </div>
      <div className="h-10" />
    </main>
  );
}

function FieldError({ id, text }: { id: string; text: string | null }) {
  return (
    <p id={id} className="mt-1 text-danger text-sm empty:hidden">
      {text}
    </p>
  );
}
