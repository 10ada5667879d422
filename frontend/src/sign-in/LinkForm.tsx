/** A form with a new password, to which the link of a mail leads. */
import { useRouter } from "@tanstack/react-router";
import { LoaderCircle } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { refusedFields } from "@/api/errors";
import { signOut, useSession } from "@/api/session";
import { Button } from "@/design/Button";
import { FormField, focusFirstError, ignoreComposingEnter } from "@/design/FormField";
import { FIELD, FORM, FormError } from "./Frame";
import { PasswordInput } from "./PasswordInput";

/** The rule of the API. */
const SHORTEST = 10;

interface Props {
  title: string;
  hint: string;
  submit: string;
  /** What to do while somebody else is signed in on this device. */
  signedInHint: string;
  /** Ask for the person's name, too. */
  hasName?: boolean;
  /** Open a session with what the link allows. */
  send: (values: { name: string; password: string }) => Promise<void>;
}

export function LinkForm({ title, hint, submit, signedInHint, hasName = false, send }: Props) {
  const { t } = useTranslation("setup");
  const router = useRouter();
  const session = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState({ name: "", password: "" });
  const [missing, setMissing] = useState<{ name?: string; password?: string }>({});
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    if (error !== null || Object.keys(missing).length > 0) focusFirstError(form.current);
  }, [error, missing]);
  if (session.status === "signed-in" && !isBusy)
    return <Leave name={session.user.full_name} hint={signedInHint} />;
  const refused = refusedFields(error);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const lacks = {
      ...(hasName && values.name.trim() === "" ? { name: t("join.missingName") } : {}),
      ...([...values.password].length < SHORTEST ? { password: t("join.short", { count: SHORTEST }) } : {}),
    };
    setMissing(lacks);
    setError(null);
    if (Object.keys(lacks).length > 0) return;
    setBusy(true);
    send(values).then(
      () => router.history.replace("/desk"),
      (reason: unknown) => {
        setError(reason);
        setBusy(false);
      },
    );
  };
  return (
    <form
      ref={form}
      onSubmit={onSubmit}
      noValidate
      className={`${FORM} flex flex-col gap-4`}
      onKeyDown={ignoreComposingEnter}
    >
      <div>
        <h1 className="font-semibold text-xl">{title}</h1>
        <p className="mt-1 text-muted">{hint}</p>
      </div>
      {error !== null && refused.size === 0 && <FormError error={error} />}
      {hasName && (
        <FormField label={t("join.name")} error={missing.name ?? refused.get("body.full_name")}>
          {(input) => (
            <input
              {...input}
              name="name"
              autoComplete="name"
              className={FIELD}
              maxLength={200}
              value={values.name}
              onChange={(event) => setValues({ ...values, name: event.target.value })}
            />
          )}
        </FormField>
      )}
      <FormField
        label={t("join.password")}
        hint={t("join.passwordHint", { count: SHORTEST })}
        error={missing.password ?? refused.get(hasName ? "body.password" : "body.new_password")}
      >
        {(input) => (
          <PasswordInput
            {...input}
            name="password"
            autoComplete="new-password"
            value={values.password}
            onChange={(event) => setValues({ ...values, password: event.target.value })}
          />
        )}
      </FormField>
      <Button
        kind="primary"
        size="lg"
        type="submit"
        className="mt-2 w-full justify-center"
        aria-disabled={isBusy}
      >
        {isBusy && <LoaderCircle aria-hidden size={18} className="animate-spin" />}
        {submit}
      </Button>
    </form>
  );
}

/** The link is for one account, and somebody is signed in, such as whoever wrote the invitation. */
function Leave({ name, hint }: { name: string; hint: string }) {
  const { t } = useTranslation("setup");
  const [error, setError] = useState<unknown>(null);
  return (
    <div className={FORM}>
      <h1 className="font-semibold text-xl">{t("join.signedIn", { name })}</h1>
      <p className="mt-1 mb-5 text-muted">{hint}</p>
      {error !== null && <FormError error={error} />}
      <Button
        kind="primary"
        size="lg"
        className="w-full justify-center"
        onClick={() => void signOut().catch(setError)}
      >
        {t("join.signOut")}
      </Button>
    </div>
  );
}
