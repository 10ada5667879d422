/** All that belongs to a card of the board: its preview, its menu, its keys, and the panel in which it is opened. */
import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { sentenceOf } from "@/api/errors";
import type { BoardRead } from "@/api/generated";
import { deferred } from "@/app/deferred";
import { isSingleKey } from "@/app/keys";
import { usePreload } from "@/app/preload";
import { reveal } from "@/board/reveal";
import { billOf, useBillAddress } from "@/till/address";
import { AwayLayer } from "./AwayLayer";
import { Questions } from "./ask";
import { CardPanel } from "./CardPanel";
import { findAppointment, findByCard, type Opened } from "./find";
import { STEP_KEYS, stepsOf, undoOf } from "./steps";
import { stepsQuery } from "./stepsQuery";
import { useCardEvents } from "./useCardEvents";
import { useHolds } from "./useHolds";
import type { PanelState } from "./usePanel";
import { usePartyOutline } from "./usePartyOutline";
import { useStepActions } from "./useSteps";

const CardMenu = deferred(async () => (await import("./CardMenu")).CardMenu);
const CardPreview = deferred(async () => (await import("./CardPreview")).CardPreview);
const KeysHelp = deferred(async () => (await import("./KeysHelp")).KeysHelp);
const SickPanel = deferred(async () => (await import("./SickPanel")).SickPanel);
const SolveList = deferred(async () => (await import("./SolveList")).SolveList);

interface Props {
  board: BoardRead;
  /** The element that has the cards. */
  surface: RefObject<HTMLElement | null>;
  state: PanelState;
  isHelpOpen: boolean;
  onHelp: (isOpen: boolean) => void;
}

interface MenuAt {
  card: HTMLElement;
  anchor: { getBoundingClientRect: () => DOMRect };
}

export function CardLayer({ board, surface, state: { panel: shown, open }, isHelpOpen, onHelp }: Props) {
  const { t } = useTranslation();
  usePreload(); // the board is drawn
  const cache = useQueryClient();
  const actions = useStepActions(board);
  const isDesk = useHolds(board.branch_id, "admin", "receptionist");
  const address = useBillAddress();
  const [looked, setLooked] = useState<HTMLElement | null>(null);
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const panel = shown.card === undefined ? undefined : findAppointment(board, shown.card);
  const openCard = (card: string) => open({ card });
  const opener = useRef<Opened | undefined>(undefined);
  if (panel !== undefined) opener.current = panel;
  /** Return the card of an appointment: of several, the one that the keyboard is on. */
  const cardOf = ({ appointment }: Opened) => {
    const cards = appointment.treatments.flatMap(({ id }) => [
      ...(surface.current?.querySelectorAll<HTMLElement>(`[data-card^="${id}/"]`) ?? []),
    ]);
    return cards.find(({ tabIndex }) => tabIndex === 0) ?? cards[0];
  };

  const act = async ({ visit, appointment }: Opened, key: string, isParty: boolean) => {
    const ids = isParty ? visit.appointments.map(({ id }) => id) : [appointment.id];
    try {
      const { appointments: known } = await cache.fetchQuery(stepsQuery(visit));
      if (key === "u") {
        const undoable = undoOf(known, ids);
        if (undoable === undefined) showFailure(t("opened.nothingToUndo"));
        else actions.undo(visit, undoable.request, undoable.appointmentIds);
        return;
      }
      const request = STEP_KEYS[key as keyof typeof STEP_KEYS];
      const step = stepsOf(known, ids).find((other) => other.request === request);
      if (step === undefined) showFailure(t("opened.notNow", { step: t(`opened.step.${request}`) }));
      else actions.take(visit, step, known);
    } catch (error) {
      showFailure(sentenceOf(t, error));
    }
  };

  usePartyOutline(surface);
  useCardEvents(surface, {
    onLook: setLooked,
    onMenu: (card, at) => {
      const rect = at === null ? card.getBoundingClientRect() : new DOMRect(at.x, at.y, 0, 0);
      setMenu({ card, anchor: { getBoundingClientRect: () => rect } });
    },
    onKey: (card, event) => {
      const key = event.key.toLowerCase();
      const found = findByCard(board, card.dataset.card ?? "");
      if (found === undefined || !isSingleKey(event) || event.repeat) return false;
      if (key === "p" && isDesk) {
        address.open(billOf(board, found));
        return true;
      }
      if (!(key in STEP_KEYS || key === "u")) return false;
      void act(found, key, event.shiftKey);
      return true;
    },
  });

  useEffect(() => {
    const help = (event: KeyboardEvent) => {
      if (event.key === "?" && isSingleKey(event)) onHelp(true);
    };
    document.addEventListener("keydown", help);
    return () => document.removeEventListener("keydown", help);
  }, [onHelp]);

  const close = () => {
    open({});
    if (opener.current !== undefined) cardOf(opener.current)?.focus();
  };
  const menuOf = menu === null ? undefined : findByCard(board, menu.card.dataset.card ?? "");
  const lookedKey = looked?.dataset.card;

  return (
    <>
      {panel !== undefined && (
        <CardPanel
          board={board}
          opened={panel}
          isDesk={isDesk}
          actions={actions}
          onOpen={openCard}
          onShown={() => {
            const card = cardOf(panel);
            reveal(card);
            return card !== undefined || surface.current?.querySelector("[data-board=drawn]") !== null;
          }}
          onClose={close}
        />
      )}
      {looked !== null && lookedKey !== undefined && menu === null && (
        <CardPreview board={board} cardKey={lookedKey} anchor={looked} onClose={() => setLooked(null)} />
      )}
      {menu !== null && menuOf !== undefined && (
        <CardMenu
          board={board}
          opened={menuOf}
          anchor={menu.anchor}
          card={menu.card}
          isDesk={isDesk}
          actions={actions}
          onOpen={openCard}
          onClose={() => setMenu(null)}
        />
      )}
      {shown.solve && (
        <SolveList board={board} onOpen={(card, day) => open({ card }, day)} onClose={() => open({})} />
      )}
      {shown.sick !== undefined && (
        <SickPanel
          key={shown.sick}
          board={board}
          staffId={shown.sick}
          onOpen={openCard}
          onClose={() => open({})}
        />
      )}
      <AwayLayer board={board} surface={surface} onSick={(sick) => open({ sick })} />
      {isHelpOpen && <KeysHelp onClose={() => onHelp(false)} />}
      <Questions />
    </>
  );
}
