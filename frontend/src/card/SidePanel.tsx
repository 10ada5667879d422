/** A panel beside the board, which stays usable; over it where there is no room for both. */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isListOpen } from "@/app/keys";
import { Button } from "@/design/Button";

interface Props {
  title: string;
  subtitle?: string;
  onClose: () => void;
  children: ReactNode;
}

export function SidePanel({ title, subtitle, onClose, children }: Props) {
  const { t } = useTranslation();
  const panel = useRef<HTMLElement>(null);
  const titleId = useId();
  // Whoever opens it is led into it: a screen reader says its title, and Tab goes on from there.
  useEffect(() => panel.current?.focus(), []);
  return (
    <aside
      ref={panel}
      role="dialog"
      aria-labelledby={titleId}
      tabIndex={-1}
      className="flex w-104 max-w-full shrink-0 flex-col border-line border-t border-l bg-raised outline-none max-lg:fixed max-lg:inset-y-0 max-lg:right-0 max-lg:z-40 max-lg:shadow-raised"
      onKeyDown={(event) => {
        const isTaken = event.defaultPrevented || event.nativeEvent.isComposing || isListOpen(event.target);
        if (event.key === "Escape" && !isTaken) onClose();
      }}
    >
      <header className="flex items-start gap-2 p-4 pb-3">
        <div className="min-w-0 flex-1">
          <h2 id={titleId} className="break-words font-semibold text-lg">
            {title}
          </h2>
          {subtitle !== undefined && <p className="tabular text-muted">{subtitle}</p>}
        </div>
        <Button kind="quiet" size="icon" className="size-11" aria-label={t("card.close")} onClick={onClose}>
          <X aria-hidden size={18} />
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
    </aside>
  );
}
