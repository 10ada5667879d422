/** Questions before something is done: a dialog with the sentence of the API, what is in the way, and what can be done. */
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "@/design/Button";

export interface Question {
  title: string;
  /** What has to be known first. */
  text?: string;
  /** What is in the way, one line each. */
  lines?: readonly string[];
  /** Other ways, such as the nearest free starts. */
  choices?: readonly { label: string; choose: () => void }[];
  /** What the choices are. */
  choicesTitle?: string;
  /** The button that does it all the same. Without it there is only the way back. */
  confirm?: string;
  onConfirm?: (reason: string) => void;
  /** It was left as it is. */
  onBack?: () => void;
  /** Ask for a reason, which the guest can read. */
  reason?: "optional" | "required";
  /** Ready-made reasons. */
  reasons?: readonly string[];
}

let question: Question | null = null;
const listeners = new Set<() => void>();

function put(next: Question | null): void {
  question = next;
  for (const listener of listeners) listener();
}

/** Ask a question. A new one takes the place of one that is open. */
export function ask(next: Question): void {
  put(next);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The dialog of `ask`. It is on the page once. */
export function Questions() {
  const open = useSyncExternalStore(subscribe, () => question);
  return (
    <AlertDialog.Root
      open={open !== null}
      onOpenChange={(isOpen) => {
        if (isOpen) return;
        put(null);
        open?.onBack?.();
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-50 bg-backdrop" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 flex max-h-[90dvh] w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 flex-col gap-3 overflow-y-auto rounded-lg border border-line bg-raised p-5 text-text shadow-raised outline-none">
          {open !== null && <Asked question={open} />}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Asked({ question: asked }: { question: Question }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const confirm = () => {
    if (asked.reason === "required" && reason.trim() === "") {
      setMissing(true);
      return;
    }
    put(null);
    asked.onConfirm?.(reason.trim());
  };
  return (
    <>
      <AlertDialog.Title className="break-words font-semibold text-lg">{asked.title}</AlertDialog.Title>
      {asked.text !== undefined && (
        <AlertDialog.Description className="break-words">{asked.text}</AlertDialog.Description>
      )}
      {asked.lines !== undefined && asked.lines.length > 0 && (
        <ul className="max-h-48 list-disc overflow-y-auto pl-5 text-muted">
          {asked.lines.map((line) => (
            <li key={line} className="break-words">
              {line}
            </li>
          ))}
        </ul>
      )}
      {asked.choices !== undefined && asked.choices.length > 0 && (
        <div>
          <p className="mb-1.5 text-muted">{asked.choicesTitle}</p>
          <div className="flex flex-wrap gap-2">
            {asked.choices.map(({ label, choose }) => (
              <Button
                key={label}
                className="tabular h-11"
                onClick={() => {
                  put(null);
                  choose();
                }}
              >
                {label}
              </Button>
            ))}
          </div>
        </div>
      )}
      {asked.reason !== undefined && (
        <div className="flex flex-col gap-2">
          <label className="flex flex-col gap-1">
            <span className="text-muted">
              {t(asked.reason === "required" ? "opened.reasonRequired" : "opened.reasonOptional")}
            </span>
            <input
              className="h-11 rounded-md border border-line-strong bg-surface px-3"
              value={reason}
              maxLength={500}
              aria-invalid={isMissing}
              aria-describedby={isMissing ? "reason-missing" : undefined}
              onChange={(event) => setReason(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.nativeEvent.isComposing) confirm();
              }}
            />
          </label>
          {isMissing && (
            <p id="reason-missing" role="alert" className="text-danger">
              {t("opened.reasonMissing")}
            </p>
          )}
          <div className="flex flex-wrap gap-1.5">
            {asked.reasons?.map((ready) => (
              <Button key={ready} className="min-h-9" onClick={() => setReason(ready)}>
                {ready}
              </Button>
            ))}
          </div>
        </div>
      )}
      <div className="mt-2 flex flex-wrap justify-end gap-2">
        <AlertDialog.Close className={buttonClass("plain", "lg")}>{t("opened.back")}</AlertDialog.Close>
        {asked.confirm !== undefined && (
          <Button kind="primary" size="lg" onClick={confirm}>
            {asked.confirm}
          </Button>
        )}
      </div>
    </>
  );
}
