import { AlertDialog } from "@base-ui/react/alert-dialog";
import type { ReactNode } from "react";
import { Button } from "./Button";

interface Props {
  isOpen: boolean;
  title: string;
  children?: ReactNode;
  /** The text of the button that does it: never a lone word that could also mean to leave. */
  confirm: string;
  back: string;
  isBlocked?: boolean;
  onConfirm: () => void;
  onBack: () => void;
}

/** A confirmation before a step that is hard to take back. */
export function ConfirmDialog({
  isOpen,
  title,
  children,
  confirm,
  back,
  isBlocked = false,
  onConfirm,
  onBack,
}: Props) {
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => !open && onBack()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] w-110 max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-auto rounded-lg border border-line bg-raised p-5 text-text shadow-raised outline-none">
          <AlertDialog.Title className="break-words font-semibold text-lg">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="mt-2 flex flex-col gap-3">
            {children}
          </AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <Button onClick={onBack} className="pointer-coarse:h-11">
              {back}
            </Button>
            <Button kind="primary" disabled={isBlocked} onClick={onConfirm} className="pointer-coarse:h-11">
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
