/** The menu of a column: the therapist goes home, is blocked or on leave; the bed is blocked or out of order. */
import { Menu } from "@base-ui/react/menu";
import { Ambulance, CalendarX, Lock, Pencil, Wrench } from "lucide-react";
import { useTranslation } from "react-i18next";
import { spanIn } from "@/board/time";
import { MENU_ITEM, MENU_LINE, MENU_POPUP } from "@/shell/menu";
import type { Away } from "./away";

interface Props {
  column: { id: string; name: string; isStaff: boolean };
  zone: string;
  /** What is there already on this day. A card may cover its shade. */
  present: Away[];
  anchor: HTMLElement;
  onSick: (staffId: string) => void;
  onAway: (kind: Away["kind"]) => void;
  onEdit: (away: Away) => void;
  onClose: () => void;
}

export function ColumnMenu({ column, zone, present, anchor, onSick, onAway, onEdit, onClose }: Props) {
  const { t } = useTranslation();
  const item = `${MENU_ITEM} min-h-11`;
  return (
    <Menu.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} side="bottom" align="start" collisionPadding={12} className="z-50">
          <Menu.Popup className={MENU_POPUP} finalFocus={() => anchor} aria-label={column.name}>
            {column.isStaff && (
              <Menu.Item className={item} onClick={() => onSick(column.id)}>
                <Ambulance aria-hidden size={16} />
                {t("away.sick")}
              </Menu.Item>
            )}
            <Menu.Item className={item} onClick={() => onAway("blocked")}>
              <Lock aria-hidden size={16} />
              {t("away.new.blocked")}
            </Menu.Item>
            {column.isStaff ? (
              <Menu.Item className={item} onClick={() => onAway("leave")}>
                <CalendarX aria-hidden size={16} />
                {t("away.new.leave")}
              </Menu.Item>
            ) : (
              <Menu.Item className={item} onClick={() => onAway("outage")}>
                <Wrench aria-hidden size={16} />
                {t("away.new.outage")}
              </Menu.Item>
            )}
            {present.length > 0 && <div className={MENU_LINE} />}
            {present.map((away) => (
              <Menu.Item key={away.existing?.id} className={item} onClick={() => onEdit(away)}>
                <Pencil aria-hidden size={16} />
                {t(`away.edit.${away.kind}`)}
                <span className="tabular ml-auto pl-4 text-muted">
                  {away.existing !== undefined && spanIn(zone, away.existing.start, away.existing.end)}
                </span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
