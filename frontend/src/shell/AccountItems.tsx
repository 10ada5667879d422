/** What the account menu has: language, theme, keys, the own day of a therapist, the owner's set-up or the rosters, the way out. */
import { Menu } from "@base-ui/react/menu";
import { Link } from "@tanstack/react-router";
import { HandHeart, LogOut, Settings2 } from "lucide-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { User } from "@/api/session";
import { isTherapist } from "@/app/home";
import { rightsOf } from "@/customers/roles";
import { MENU_ITEM, MENU_LINE, MENU_POPUP } from "./menu";
import { KeyItems, LanguageItems, ThemeItems } from "./PreferenceMenus";

interface Props {
  user: User;
  anchor: RefObject<HTMLElement | null>;
  onSignOut: () => void;
  onClose: () => void;
}

export function AccountItems({ user, anchor, onSignOut, onClose }: Props) {
  const { t } = useTranslation();
  const { isDesk, isBranchAdmin } = rightsOf(user);
  return (
    <Menu.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} align="end" sideOffset={6} className="z-50">
          <Menu.Popup className={MENU_POPUP} finalFocus={anchor} aria-label={t("account.menu")}>
            <p className="max-w-64 truncate px-2.5 pt-1.5 font-semibold">{user.full_name}</p>
            <div className={MENU_LINE} />
            <LanguageItems />
            <div className={MENU_LINE} />
            <ThemeItems />
            <div className={MENU_LINE} />
            <KeyItems />
            <div className={MENU_LINE} />
            {isTherapist(user) && (
              <>
                <Menu.Item className={MENU_ITEM} render={<Link to="/me" />}>
                  <HandHeart aria-hidden size={16} />
                  {t("me.title")}
                </Menu.Item>
                <div className={MENU_LINE} />
              </>
            )}
            {isDesk && (
              <>
                {/* Its code is loaded when it is opened, and not while a pointer is over it. */}
                <Menu.Item
                  className={MENU_ITEM}
                  render={<Link to={isBranchAdmin ? "/setup" : "/setup/rosters"} preload={false} />}
                >
                  <Settings2 aria-hidden size={16} />
                  {t(isBranchAdmin ? "account.setup" : "account.rosters")}
                </Menu.Item>
                <div className={MENU_LINE} />
              </>
            )}
            <Menu.Item className={MENU_ITEM} onClick={onSignOut}>
              <LogOut aria-hidden size={16} />
              {t("account.signOut")}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
