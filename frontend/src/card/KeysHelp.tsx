/** What the keys do. `?` opens it. */
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { preferences } from "@/app/preferences";
import { buttonClass } from "@/design/Button";
import { keyOf, STEP_KEYS } from "./steps";

const ARROWS = "← ↑ → ↓";

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const isOn = preferences.singleKeys();
  const always: [key: string, what: string][] = [
    [ARROWS, t("opened.keys.arrows")],
    ["Enter", t("opened.open")],
    ["⇧ ↑ ↓", t("move.resize")],
    ["⇧ F10", t("opened.keys.menu")],
    ["Ctrl Z", t("opened.keys.undoAny")],
    ["F8", t("opened.keys.toast")],
    ["Esc", t("opened.keys.close")],
  ];
  const single: [key: string, what: string][] = [
    ["N", t("booking.title")],
    ["W", t("booking.walkIn")],
    ["M", t("move.move")],
    ["T", t("move.otherDay")],
    ...Object.values(STEP_KEYS).map((request): [string, string] => [
      keyOf(request),
      t(`opened.step.${request}`),
    ]),
    ["P", t("card.checkout")],
    ["U", t("opened.keys.undo")],
    [`⇧ ${keyOf("arrived")}`, t("opened.keys.party")],
    ["?", t("opened.keys.help")],
  ];
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-backdrop" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[min(40rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-lg border border-line bg-raised p-5 text-text shadow-raised outline-none">
          <div className="mb-3 flex items-center gap-2">
            <Dialog.Title className="flex-1 font-semibold text-lg">{t("opened.keys.title")}</Dialog.Title>
            <Dialog.Close className={buttonClass("quiet", "icon")} aria-label={t("card.close")}>
              <X aria-hidden size={18} />
            </Dialog.Close>
          </div>
          <Keys rows={always} />
          <h3 className="mt-4 font-semibold">{t("account.singleKeys")}</h3>
          <p className="mb-2 text-muted text-sm">
            {t(isOn ? "opened.keys.singleOn" : "opened.keys.singleOff")}
          </p>
          {isOn && <Keys rows={single} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Keys({ rows }: { rows: [key: string, what: string][] }) {
  return (
    <dl className="grid grid-cols-[5.5rem_1fr] items-center gap-x-4 gap-y-2 sm:grid-cols-[5.5rem_1fr_5.5rem_1fr]">
      {rows.map(([key, what]) => (
        <div key={key} className="contents">
          <dt>
            <kbd className="rounded-sm border border-line-strong bg-sunken px-2 py-0.5 font-sans text-sm">
              {key}
            </kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
