/** The page around a form of somebody who is not signed in: the languages, the name of the app, what is wrong. */
import { TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import { LANGUAGE_NAMES, LANGUAGES } from "@/app/preferences";
import { Button } from "@/design/Button";
import { Logo } from "@/design/Logo";
import { currentLanguage, switchLanguage } from "@/i18n";

export const FIELD =
  "h-11 w-full rounded-md border border-line-strong bg-surface px-3 text-lg aria-invalid:border-danger focus-visible:outline-offset-0";
export const FORM = "rounded-lg border border-line bg-surface p-6 shadow-raised";

/** `lead`: what the app is for the person. */
export function Frame({ lead, children }: { lead: string; children: ReactNode }) {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>(null);
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
              <p className="text-muted">{lead}</p>
            </div>
          </div>
          {error !== null && <FormError error={error} />}
          {children}
        </div>
      </div>
      <div className="h-10" />
    </main>
  );
}

export function FormError({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <p role="alert" className="mb-4 flex gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
      <TriangleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
      {sentenceOf(t, error)}
    </p>
  );
}
