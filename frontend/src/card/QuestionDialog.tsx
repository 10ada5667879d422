/** The dialog of a question: the sentence, what is in the way, other ways, a reason. */
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "@/design/Button";
import type { Question } from "./ask";

interface Props {
  question: Question;
  /** One of the ways was chosen. */
  onAnswered: () => void;
  /** It was left as it is. */
  onClose: () => void;
}

export function QuestionDialog({ question, onAnswered, onClose }: Props) {
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-50 bg-backdrop" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 flex max-h-[90dvh] w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 flex-col gap-3 overflow-y-auto rounded-lg border border-line bg-raised p-5 text-text shadow-raised outline-none">
          <Asked question={question} onAnswered={onAnswered} />
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Asked({ question: asked, onAnswered }: Pick<Props, "question" | "onAnswered">) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const confirm = () => {
    if (asked.reason === "required" && reason.trim() === "") {
      setMissing(true);
      return;
    }
    onAnswered();
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
                  onAnswered();
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
              {asked.reasonLabel ??
                t(asked.reason === "required" ? "opened.reasonRequired" : "opened.reasonOptional")}
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
