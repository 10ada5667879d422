/** A transfer for no bill: sent back to the guest, or no payment of one. An administrator notes it, with the reason. */
import { Menu } from "@base-ui/react/menu";
import { ChevronDown, Undo2, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BankTransferRead } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import { money } from "@/i18n/format";
import { useManages } from "@/shell/manages";
import { MENU_ITEM, MENU_POPUP } from "@/shell/menu";
import { ReasonDialog } from "./ReasonDialog";
import { leftOf } from "./transfer";
import { useSetAside, WAYS_OUT, type WayOut } from "./transfers";

const ICONS = { return: Undo2, ignore: X };

export function SetAside({ transfer }: { transfer: BankTransferRead }) {
  const { t } = useTranslation();
  const isManager = useManages(transfer.branch_id);
  const [asked, setAsked] = useState<WayOut | null>(null);
  const { setAside, isRunning, error } = useSetAside();
  if (!isManager) return <p className="my-auto text-muted text-sm">{t("till.transfers.onlyAdmin")}</p>;
  return (
    <>
      <Menu.Root>
        <Menu.Trigger className={`${buttonClass()} pointer-coarse:h-11`} disabled={isRunning}>
          {t("till.transfers.aside")}
          <ChevronDown aria-hidden size={15} className="text-muted" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={6} className="z-50">
            <Menu.Popup className={MENU_POPUP}>
              {WAYS_OUT.map((way) => {
                const Icon = ICONS[way];
                return (
                  <Menu.Item key={way} className={MENU_ITEM} onClick={() => setAsked(way)}>
                    <Icon aria-hidden size={16} />
                    {t(`till.transfers.out.${way}.action`)}
                  </Menu.Item>
                );
              })}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {error !== null && (
        <p role="alert" className="w-full text-danger">
          {sentenceOf(t, error)}
        </p>
      )}
      {asked !== null && (
        <ReasonDialog
          title={t(`till.transfers.out.${asked}.ask`, { amount: money(leftOf(transfer)) })}
          text={t(`till.transfers.out.${asked}.text`)}
          reasons={t(`till.transfers.out.${asked}.reasons`, { returnObjects: true })}
          confirm={t(`till.transfers.out.${asked}.confirm`)}
          onConfirm={(note) => {
            setAsked(null);
            setAside(transfer.id, asked, note);
          }}
          onBack={() => setAsked(null)}
        />
      )}
    </>
  );
}
