/** A question in its place, for what cannot be taken back. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";

interface Props {
  question: string;
  confirm: string;
  onConfirm: () => void;
  onBack: () => void;
}

export function Confirm({ question, confirm, onConfirm, onBack }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLFieldSetElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <fieldset ref={box} tabIndex={-1} className="mt-2 rounded-md bg-warning-soft p-3">
      <legend className="float-left mb-2 w-full font-medium">{question}</legend>
      <div className="flex w-full gap-2">
        <Button className="h-11 flex-1 justify-center" onClick={onBack}>
          {t("me.keep")}
        </Button>
        <Button
          kind="primary"
          className="h-11 flex-1 justify-center"
          onClick={() => {
            onBack();
            onConfirm();
          }}
        >
          {confirm}
        </Button>
      </div>
    </fieldset>
  );
}
