/** The branches to choose from. */
import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { MENU_ITEM, MENU_LABEL, MENU_POPUP } from "./menu";

interface Props {
  branches: BranchRead[];
  chosen: string;
  anchor: RefObject<HTMLElement | null>;
  onChoose: (id: string) => void;
  onClose: () => void;
}

export function BranchItems({ branches, chosen, anchor, onChoose, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Menu.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} align="start" sideOffset={6} className="z-50">
          <Menu.Popup className={MENU_POPUP} finalFocus={anchor} aria-label={t("branch.label")}>
            <Menu.RadioGroup value={chosen} onValueChange={onChoose}>
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
