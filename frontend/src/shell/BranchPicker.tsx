import { Menu } from "@base-ui/react/menu";
import { useNavigate } from "@tanstack/react-router";
import { Check, ChevronsUpDown, MapPin } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { User } from "@/api/session";
import { preferences } from "@/app/preferences";
import { buttonClass } from "@/design/Button";
import { useBranch, useBranches } from "./branches";
import { MENU_ITEM, MENU_LABEL, MENU_POPUP } from "./menu";

/** The name of the branch, and the choice of another one for those who work in several. */
export function BranchPicker({ user }: { user: User }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { branches } = useBranches();
  const branch = useBranch();
  if (branch === undefined || user.roles.length === 0) return <span className="w-40" />;
  const choose = (id: string) => {
    preferences.setBranch(id);
    void navigate({ to: ".", search: (before) => ({ ...before, branch: id }) });
  };
  if (branches.length === 1) {
    return (
      <span className="flex items-center gap-2 px-3 font-medium">
        <MapPin aria-hidden size={16} className="text-muted" />
        {branch.name}
      </span>
    );
  }
  return (
    <Menu.Root>
      <Menu.Trigger className={`${buttonClass("quiet")} max-w-64`}>
        <MapPin aria-hidden size={16} className="shrink-0 text-muted" />
        <span className="truncate">{branch.name}</span>
        <ChevronsUpDown aria-hidden size={14} className="shrink-0 text-muted" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="start" sideOffset={6} className="z-50">
          <Menu.Popup className={MENU_POPUP}>
            <Menu.RadioGroup value={branch.id} onValueChange={choose}>
              <Menu.Group>
                <Menu.GroupLabel className={MENU_LABEL}>{t("branch.label")}</Menu.GroupLabel>
                {branches.map(({ id, name, address }) => (
                  <Menu.RadioItem key={id} value={id} className={`${MENU_ITEM} py-1.5`} closeOnClick>
                    <span className="grid size-4 shrink-0 place-items-center">
                      <Menu.RadioItemIndicator>
                        <Check aria-hidden size={16} />
                      </Menu.RadioItemIndicator>
                    </span>
                    <span>
                      <span className="block font-medium">{name}</span>
                      <span className="block text-muted text-sm">{address}</span>
                    </span>
                  </Menu.RadioItem>
                ))}
              </Menu.Group>
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
