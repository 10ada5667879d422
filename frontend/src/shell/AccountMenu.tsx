import { Menu } from "@base-ui/react/menu";
import { CircleUserRound, LogOut } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { signOut, type User } from "@/api/session";
import { buttonClass } from "@/design/Button";
import { shortName } from "@/i18n/format";
import { MENU_ITEM, MENU_LINE, MENU_POPUP } from "./menu";
import { KeyItems, LanguageItems, ThemeItems } from "./PreferenceMenus";

export function AccountMenu({ user }: { user: User }) {
  const { t } = useTranslation();
  const [hasFailed, setHasFailed] = useState(false);
  const leave = () => {
    setHasFailed(false);
    signOut().catch(() => setHasFailed(true));
  };
  return (
    <>
      {hasFailed && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-1.5 text-sm text-danger">
          {t("account.signOutFailed")}
        </p>
      )}
      <Menu.Root>
        <Menu.Trigger className={`${buttonClass("quiet")} max-w-48`}>
          <CircleUserRound aria-hidden size={18} className="shrink-0" />
          <span className="truncate max-md:hidden">{shortName(user.full_name)}</span>
          <span className="sr-only">{t("account.menu")}</span>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={6} className="z-50">
            <Menu.Popup className={MENU_POPUP}>
              <p className="max-w-64 truncate px-2.5 pt-1.5 font-semibold">{user.full_name}</p>
              <div className={MENU_LINE} />
              <LanguageItems />
              <div className={MENU_LINE} />
              <ThemeItems />
              <div className={MENU_LINE} />
              <KeyItems />
              <div className={MENU_LINE} />
              <Menu.Item className={MENU_ITEM} onClick={leave}>
                <LogOut aria-hidden size={16} />
                {t("account.signOut")}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}
