/** A form of an owner: what is wrong stands at its field, and what was typed is not lost by leaving the page. */
import { TriangleAlert } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { ApiError, refusedFields, sentenceOf } from "@/api/errors";
import { ask } from "@/card/ask";
import { linesBeside, type Overrule, refusalOf, stillToConfirm } from "@/card/overrule";
import { Button } from "@/design/Button";
import { focusFirstError, ignoreComposingEnter } from "@/design/FormField";
import { Unsaved } from "@/design/Unsaved";

export interface Fields<Values> {
  values: Values;
  /** Change some of the values. */
  set: (change: Partial<Values>) => void;
  /** What the API has refused about a field, by its path in the body, such as `hours.0.opens`. */
  errorOf: (field: string) => string | undefined;
}

interface Props<Values, Output> {
  /** The values as they are saved. When they change, the form starts again, unless something was typed. */
  saved: Values;
  /** Send the values: `(values, key) => call(openBranch({ body, headers: { "Idempotency-Key": key } }))`. What would strand
      appointments is refused, and sent again with `overrule` when the owner saves it anyway. */
  send: (values: Values, key: string, overrule: Overrule) => Promise<Output>;
  onSaved?: (output: Output) => void;
  /** What is said once it is saved, where that is not all that happens. */
  done?: (output: Output) => string;
  /** The text of the button. Without it: save. */
  submit?: string;
  /** To leave the form without saving. Without it the button appears once something has changed, and takes it back. */
  onCancel?: () => void;
  /** The key of the search by which the page shows the form: with another value the form is left. */
  shownBy?: string;
  children: (fields: Fields<Values>) => ReactNode;
}

export function SettingsForm<Values extends object, Output>({
  saved,
  send,
  onSaved,
  done,
  submit,
  onCancel,
  shownBy,
  children,
}: Props<Values, Output>) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState<Values | null>(null);
  const [error, setError] = useState<unknown>(null);
  const values = typed ?? saved;
  const isChanged = typed !== null && JSON.stringify(typed) !== JSON.stringify(saved);
  const { run, isRunning } = useAction<{ values: Values; overrule: Overrule }, Output>({
    send: ({ values: sent, overrule }, key) => send(sent, key, overrule),
    onDone: (output) => {
      setTyped(null);
      showDone(done?.(output) ?? t("saved"));
      onSaved?.(output);
    },
    onRefused: (refused, { values: sent, overrule }) => {
      const refusal = refusalOf(refused);
      const confirmed = refusal && stillToConfirm(refusal, overrule, true);
      if (!refusal || !confirmed) return setError(refused);
      ask({
        title: sentenceOf(common, refused),
        lines: refusal.reasons,
        confirm: common("opened.saveAnyway"),
        onConfirm: () => run({ values: sent, overrule: confirmed }),
      });
    },
  });
  const refused = refusedFields(error);
  useEffect(() => {
    if (error !== null) focusFirstError(form.current);
  }, [error]);
  const cancel = () => {
    // At once: leaving the page then asks for nothing.
    flushSync(() => {
      setTyped(null);
      setError(null);
    });
    onCancel?.();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isRunning) return;
    setError(null);
    run({ values, overrule: {} });
  };
  return (
    <form ref={form} onSubmit={onSubmit} className="flex flex-col gap-4" onKeyDown={ignoreComposingEnter}>
      {children({
        values,
        set: (change) => setTyped({ ...values, ...change }),
        errorOf: (field) => refused.get(`body.${field}`),
      })}
      {error !== null && (
        <div role="alert" className="flex gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
          <TriangleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
          <div className="min-w-0">
            {refused.size > 0 ? t("checkFields") : sentenceOf(common, error)}
            <Conflicts error={error} />
          </div>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          kind="primary"
          disabled={isRunning || (!isChanged && onCancel === undefined)}
          className="pointer-coarse:h-11"
        >
          {isRunning ? t("check.saving") : (submit ?? t("save"))}
        </Button>
        {(isChanged || onCancel !== undefined) && (
          <Button onClick={cancel} disabled={isRunning} className="pointer-coarse:h-11">
            {t(onCancel === undefined ? "discard" : "back")}
          </Button>
        )}
      </div>
      <Unsaved when={isChanged && !isRunning} shownBy={shownBy} />
    </form>
  );
}

/** What is in the way of a change, such as the shifts of somebody who leaves. */
function Conflicts({ error }: { error: unknown }) {
  if (!(error instanceof ApiError) || error.status !== 409) return null;
  const messages = error.details.map(({ message }) => message);
  return (
    <ul className="max-h-40 list-disc overflow-y-auto pl-5">
      {linesBeside(error.sentence, messages).map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
