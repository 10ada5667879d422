/** The QR code for the eyes of the guest: as large as the screen allows. It goes when the bill is paid. */
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TransferCodeRead } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import { money } from "@/i18n/format";
import { QrCode } from "./QrCode";

export function GuestQr({ code, onClose }: { code: TransferCodeRead; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Popup className="fixed inset-0 z-50 flex flex-col items-center justify-center gap-4 bg-page p-4 text-center text-text outline-none">
          <Dialog.Close
            className={`${buttonClass("quiet", "icon")} absolute top-2 right-2 size-11`}
            aria-label={t("card.close")}
          >
            <X aria-hidden size={20} />
          </Dialog.Close>
          <Dialog.Title className="font-medium text-xl">{t("till.qr.scan")}</Dialog.Title>
          <p className="tabular font-semibold text-3xl">{money(code.amount)}</p>
          <QrCode
            svg={code.svg}
            label={t("till.qr.code", { amount: money(code.amount) })}
            className="size-[min(80vw,60vh)] p-2"
          />
          <p>
            {code.account.holder} · <span className="tabular">{code.account.number}</span>
          </p>
          <p className="text-muted">{t("till.qr.purpose", { purpose: code.purpose })}</p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
