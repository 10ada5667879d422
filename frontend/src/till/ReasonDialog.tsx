/** A confirmation with a reason, which is kept. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { CHIP } from "@/booking/styles";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { INPUT } from "@/design/FormField";

interface Props {
  title: string;
  text: string;
  /** What is typed. Without it: the reason. */
  label?: string;
  reasons: readonly string[];
  confirm: string;
  onConfirm: (reason: string) => void;
  onBack: () => void;
}

export function ReasonDialog({ title, text, label, reasons, confirm, onConfirm, onBack }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      isOpen
      title={title}
      confirm={confirm}
      back={t("opened.back")}
      isBlocked={reason.trim() === ""}
      onConfirm={() => onConfirm(reason.trim())}
      onBack={onBack}
    >
      <p>{text}</p>
      <div>
        <label htmlFor={id} className="mb-1 block font-medium">
          {label ?? t("till.reason")}
        </label>
        <input
          id={id}
          className={INPUT}
          value={reason}
          maxLength={300}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <div className="flex flex-wrap gap-1.5">
        {reasons.map((ready) => (
          <button key={ready} type="button" className={CHIP} onClick={() => setReason(ready)}>
            {ready}
          </button>
        ))}
      </div>
    </ConfirmDialog>
  );
}
