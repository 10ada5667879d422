/** What is left of a gift card that a guest holds out: its code is typed or scanned. */
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { findGiftCard, type GiftCardRead } from "@/api/generated";
import { Button, buttonClass } from "@/design/Button";
import { FormField, INPUT, ignoreComposingEnter } from "@/design/FormField";
import { GiftCardRow } from "./GiftCardRow";

export function GiftCardLookup({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState("");
  const [card, setCard] = useState<GiftCardRead | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isFinding, setFinding] = useState(false);
  const find = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() === "" || isFinding) return;
    setError(null);
    setCard(null);
    setFinding(true);
    call(findGiftCard({ body: { code: code.trim() } }))
      .then((found) => {
        setCard(found);
        // The next card is scanned over it.
        input.current?.select();
      }, setError)
      .finally(() => setFinding(false));
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Popup
          initialFocus={input}
          className="fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-110 max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col gap-4 overflow-auto rounded-lg border border-line bg-raised p-5 text-text shadow-raised outline-none"
        >
          <div className="flex items-center gap-3">
            <Dialog.Title className="flex-1 font-semibold text-lg">{t("till.card.lookUp")}</Dialog.Title>
            <Dialog.Close className={`${buttonClass("quiet", "icon")} size-11`} aria-label={t("card.close")}>
              <X aria-hidden size={18} />
            </Dialog.Close>
          </div>
          <form className="flex flex-col gap-3" onSubmit={find} onKeyDown={ignoreComposingEnter}>
            <FormField
              label={t("till.card.code")}
              hint={t("till.card.codeHint")}
              error={error === null ? undefined : sentenceOf(t, error)}
            >
              {(field) => (
                <input
                  {...field}
                  ref={input}
                  className={`${INPUT} font-mono tracking-wide`}
                  maxLength={60}
                  autoComplete="off"
                  spellCheck={false}
                  value={code}
                  onChange={(event) => setCode(event.target.value)}
                />
              )}
            </FormField>
            <Button
              type="submit"
              kind="primary"
              className="self-end pointer-coarse:h-11"
              disabled={isFinding}
            >
              {t("till.card.find")}
            </Button>
          </form>
          <div role="status" className="empty:hidden">
            {card !== null && (
              <div className="rounded-md border border-line p-4">
                <GiftCardRow card={card} onChanged={setCard} />
              </div>
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
