/** Blocked time, leave or an outage: made, changed or taken away, with the appointments in the way named first. */
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BoardRead, getBlockedTime } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import type { Away } from "./away";
import { BlockedForm } from "./BlockedForm";
import { LeaveForm } from "./LeaveForm";

interface Props {
  board: BoardRead;
  away: Away;
  onClose: () => void;
}

export function AwayDialog({ board, away, onClose }: Props) {
  const { t } = useTranslation();
  const { kind, existing, name } = away;
  const { data: blocked } = useQuery({
    queryKey: ["blocked", existing?.id],
    queryFn: () => call(getBlockedTime({ path: { blocked_time_id: existing?.id ?? "" } })),
    enabled: kind === "blocked" && existing !== undefined,
    staleTime: 0,
    gcTime: 0,
  });
  const isKnown = kind !== "blocked" || existing === undefined || blocked !== undefined;
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-40 flex max-h-[90dvh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 flex-col gap-3 overflow-y-auto rounded-lg border border-line bg-raised p-5 text-text shadow-raised outline-none">
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="font-semibold text-lg">
                {t(existing === undefined ? `away.new.${kind}` : `away.edit.${kind}`)}
              </Dialog.Title>
              <Dialog.Description className="break-words text-muted">{name}</Dialog.Description>
            </div>
            <Dialog.Close className={buttonClass("quiet", "icon")} aria-label={t("card.close")}>
              <X aria-hidden size={18} />
            </Dialog.Close>
          </div>
          {isKnown && kind === "blocked" && (
            <BlockedForm board={board} away={away} saved={blocked} onClose={onClose} />
          )}
          {kind !== "blocked" && <LeaveForm board={board} away={away} onClose={onClose} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
