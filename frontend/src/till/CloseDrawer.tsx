/** Close the drawer: count it, say what goes to the safe, and see the difference before it is written for good. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { closeDrawer, type DrawerClosing, type DrawerSessionDetail } from "@/api/generated";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { FormField, INPUT, ignoreComposingEnter } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { NoteCounter } from "./NoteCounter";

interface Props {
  session: DrawerSessionDetail;
  onClosed: (session: DrawerSessionDetail) => void;
  onBack: () => void;
}

export function CloseDrawer({ session, onClosed, onBack }: Props) {
  const { t } = useTranslation();
  const [counted, setCounted] = useState<number | null>(null);
  const [toSafe, setToSafe] = useState(0);
  const [note, setNote] = useState("");
  const [isAsked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const expected = session.expected ?? 0;
  const difference = (counted ?? 0) - expected;
  const close = useAction<{ id: string; body: DrawerClosing }, DrawerSessionDetail>({
    name: "close-drawer",
    send: ({ id, body }, key) =>
      call(closeDrawer({ path: { drawer_id: id }, body, headers: { "Idempotency-Key": key } })),
    onDone: (closed) => {
      onClosed(closed);
      void queryClient.invalidateQueries({ queryKey: ["drawer"] });
    },
    onRefused: (refusal) => {
      setError(refusal);
      void queryClient.invalidateQueries({ queryKey: ["drawer"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (counted !== null) setAsked(true);
  };
  return (
    <form className="flex flex-col gap-4" onSubmit={submit} onKeyDown={ignoreComposingEnter}>
      <NoteCounter
        label={t("till.drawer.counted")}
        value={counted}
        onChange={(value) => {
          setCounted(value);
          setToSafe(Math.min(toSafe, value));
        }}
      />
      <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1">
        <dt className="text-muted">{t("till.drawer.expected")}</dt>
        <dd className="tabular text-right">{money(expected)}</dd>
        {counted !== null && (
          <>
            <dt className="font-medium">{t("till.drawer.difference")}</dt>
            <dd
              className={`tabular text-right font-semibold ${difference === 0 ? "text-accent" : "text-warning"}`}
              data-difference
            >
              {differenceText(difference)}
            </dd>
          </>
        )}
      </dl>
      <FormField
        label={t("till.drawer.toSafe")}
        hint={
          counted === null
            ? undefined
            : t("till.drawer.stays", { amount: money(Math.max(0, counted - toSafe)) })
        }
      >
        {(input) => (
          <span className="flex flex-wrap items-center gap-2">
            <MoneyInput {...input} width="w-44!" highest={counted ?? 0} value={toSafe} onChange={setToSafe} />
            {counted !== null && counted > 0 && toSafe !== counted && (
              <Button className="pointer-coarse:h-11" onClick={() => setToSafe(counted)}>
                {t("till.drawer.allToSafe")}
              </Button>
            )}
          </span>
        )}
      </FormField>
      <FormField label={t("till.extra.note")}>
        {(input) => (
          <input
            {...input}
            className={INPUT}
            maxLength={300}
            autoComplete="off"
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </FormField>
      <p role="alert" className="text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button className="pointer-coarse:h-11" onClick={onBack}>
          {t("opened.back")}
        </Button>
        <Button
          type="submit"
          kind="primary"
          className="pointer-coarse:h-11"
          disabled={counted === null || close.isRunning}
        >
          {t("till.drawer.close")}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isAsked}
        title={t("till.drawer.askClose")}
        confirm={t("till.drawer.close")}
        back={t("opened.back")}
        onConfirm={() => {
          setAsked(false);
          setError(null);
          close.run({
            id: session.id,
            body: { counted: counted ?? 0, to_safe: toSafe, note: note.trim() },
          });
        }}
        onBack={() => setAsked(false)}
      >
        <p>
          {t("till.drawer.counted")}: <strong className="tabular">{money(counted ?? 0)}</strong>
          {difference !== 0 && ` · ${differenceText(difference)}`}
        </p>
      </ConfirmDialog>
    </form>
  );

  function differenceText(amount: number): string {
    if (amount === 0) return t("till.drawer.noDifference");
    return t(amount > 0 ? "till.drawer.over" : "till.drawer.short", { amount: money(Math.abs(amount)) });
  }
}
