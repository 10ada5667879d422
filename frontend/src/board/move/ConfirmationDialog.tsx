/** Ask before a movement that the API has refused and the desk may permit. */
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "@/design/Button";
import type { Movements } from "./useMovements";

export function ConfirmationDialog({ movements }: { movements: Movements }) {
  const { t } = useTranslation();
  const { confirmation, confirm, decline } = movements;
  if (confirmation === null) return null;
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => !isOpen && decline()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-page/70" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 w-104 max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-lg border border-line bg-raised p-5 text-text shadow-raised outline-none">
          <AlertDialog.Title className="font-semibold text-lg">
            {t(confirmation.permit === "force" ? "move.askForce" : "move.askSameTime", {
              name: confirmation.movement.name,
            })}
          </AlertDialog.Title>
          <AlertDialog.Description className="mt-1 text-muted">
            {confirmation.sentence}
          </AlertDialog.Description>
          {confirmation.choices.length > 0 && (
            <div className="mt-4">
              <p className="mb-1.5 text-muted text-sm">{t("move.nearest")}</p>
              <div className="flex flex-wrap gap-2">
                {confirmation.choices.map(({ label, run }) => (
                  <Button
                    key={label}
                    className="tabular pointer-coarse:h-11"
                    onClick={() => {
                      decline();
                      run();
                    }}
                  >
                    {label}
                  </Button>
                ))}
              </div>
            </div>
          )}
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Close className={`${buttonClass("plain")} pointer-coarse:h-11`}>
              {t("move.back")}
            </AlertDialog.Close>
            <Button kind="primary" className="pointer-coarse:h-11" onClick={confirm}>
              {t("move.anyway")}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
