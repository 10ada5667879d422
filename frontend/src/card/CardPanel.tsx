/** An appointment, opened beside the board. Who it is stands there at once; what can be done with it is loaded. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { deferred } from "@/app/deferred";
import { MINUTE, spanIn } from "@/board/time";
import { money } from "@/i18n/format";
import { nameOf, type Opened } from "./find";
import { SidePanel } from "./SidePanel";
import type { StepActions } from "./useSteps";

const CardDetails = deferred(async () => (await import("./CardDetails")).CardDetails);

export interface PanelProps {
  board: BoardRead;
  opened: Opened;
  /** The desk changes everything; a therapist says how far a guest is. */
  isDesk: boolean;
  actions: StepActions;
  onOpen: (appointmentId: string) => void;
  onClose: () => void;
}

interface Props extends PanelProps {
  /** The panel has taken its room of the board. Return false while the card is not drawn yet: it is called again. */
  onShown: () => boolean;
}

export function CardPanel({ onShown, ...props }: Props) {
  const { t } = useTranslation();
  const { board, opened, onClose } = props;
  const { appointment } = opened;
  const start = Date.parse(appointment.start);
  const end = Date.parse(appointment.end);
  const minutes = Math.round((end - start) / MINUTE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each appointment
  useEffect(() => {
    // Not at once: the router first scrolls the board to where it was before the address changed.
    let frame = requestAnimationFrame(function look() {
      if (!onShown()) frame = requestAnimationFrame(look);
    });
    return () => cancelAnimationFrame(frame);
  }, [appointment.id]);
  return (
    <SidePanel
      key={appointment.id}
      title={nameOf(board, appointment) ?? t("card.anonymous")}
      subtitle={`${spanIn(board.time_zone, start, end)} · ${t("time.minutes", { count: minutes })} · ${money(appointment.price)}`}
      onClose={onClose}
    >
      <CardDetails {...props} />
    </SidePanel>
  );
}
