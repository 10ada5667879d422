/** The menu of a card: by a long press, the right button, or the menu key. */
import { Menu } from "@base-ui/react/menu";
import { PanelRightOpen, Phone, ReceiptText, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { phoneNumber } from "@/i18n/format";
import { MENU_ITEM, MENU_LABEL, MENU_LINE, MENU_POPUP } from "@/shell/menu";
import { billOf, useBillAddress } from "@/till/address";
import { hasBill, isSettled } from "@/till/guest";
import { guestOf, nameOf, type Opened } from "./find";
import { STEP_ICONS } from "./stepLooks";
import { keyOf, type Step, stepsOf, undoOf } from "./steps";
import { useSteps } from "./stepsQuery";
import type { StepActions } from "./useSteps";

interface Props {
  board: BoardRead;
  opened: Opened;
  anchor: { getBoundingClientRect: () => DOMRect };
  /** What gets the focus back. */
  card: HTMLElement;
  isDesk: boolean;
  actions: StepActions;
  onOpen: (appointmentId: string) => void;
  onClose: () => void;
}

export function CardMenu({ board, opened, anchor, card, isDesk, actions, onOpen, onClose }: Props) {
  const { t } = useTranslation();
  const address = useBillAddress();
  const { visit, appointment } = opened;
  const known = useSteps(visit);
  const party = visit.appointments.map(({ id }) => id);
  const undoable = undoOf(known, [appointment.id]);
  const phone = guestOf(board, appointment)?.phone;
  const take = (step: Step) => actions.take(visit, step, known);
  return (
    <Menu.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} side="bottom" align="start" collisionPadding={12} className="z-50">
          <Menu.Popup
            className={MENU_POPUP}
            finalFocus={() => card}
            aria-label={t("opened.menu", { guest: nameOf(board, appointment) ?? t("card.anonymous") })}
          >
            <Menu.Item className={`${MENU_ITEM} min-h-11`} onClick={() => onOpen(appointment.id)}>
              <PanelRightOpen aria-hidden size={16} />
              {t("opened.open")}
              <Key name="Enter" />
            </Menu.Item>
            {isDesk && hasBill(board, opened) && (
              <Menu.Item
                className={`${MENU_ITEM} min-h-11`}
                onClick={() => address.open(billOf(board, opened))}
              >
                <ReceiptText aria-hidden size={16} />
                {t(isSettled(board, opened) ? "card.seeBill" : "card.checkout")}
                <Key name="P" />
              </Menu.Item>
            )}
            <div className={MENU_LINE} />
            <StepItems steps={stepsOf(known, [appointment.id])} onTake={take} />
            {undoable !== undefined && (
              <Menu.Item
                className={`${MENU_ITEM} min-h-11`}
                onClick={() => actions.undo(visit, undoable.request, undoable.appointmentIds)}
              >
                <Undo2 aria-hidden size={16} />
                {t("opened.backTo", { status: t(`statusShort.${undoable.status}`) })}
                <Key name="U" />
              </Menu.Item>
            )}
            {party.length > 1 && (
              <>
                <p className={MENU_LABEL}>{t("opened.scopeParty", { count: party.length })}</p>
                <StepItems steps={stepsOf(known, party)} isParty onTake={take} />
              </>
            )}
            {phone && (
              <>
                <div className={MENU_LINE} />
                <Menu.LinkItem className={`${MENU_ITEM} min-h-11`} href={`tel:${phone}`}>
                  <Phone aria-hidden size={16} />
                  {phoneNumber(phone)}
                </Menu.LinkItem>
              </>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

interface ItemsProps {
  steps: Step[];
  isParty?: boolean;
  onTake: (step: Step) => void;
}

function StepItems({ steps, isParty = false, onTake }: ItemsProps) {
  const { t } = useTranslation();
  return steps.map((step) => {
    const Icon = STEP_ICONS[step.request];
    return (
      <Menu.Item key={step.request} className={`${MENU_ITEM} min-h-11`} onClick={() => onTake(step)}>
        <Icon aria-hidden size={16} />
        {t(step.status === "late_cancelled" ? "opened.cancelLate" : `opened.step.${step.request}`)}
        <Key name={`${isParty ? "⇧" : ""}${keyOf(step.request)}`} />
      </Menu.Item>
    );
  });
}

function Key({ name }: { name: string }) {
  return (
    <kbd aria-hidden className="ml-auto pl-6 font-sans text-muted text-xs">
      {name}
    </kbd>
  );
}
