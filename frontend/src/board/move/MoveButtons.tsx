/** The buttons of an appointment for what a pointer drags: move its card, or put it into the tray. */
import { Inbox, Move } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { AppointmentRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { isMovable, isResizable } from "./hand";
import { useMovingContext } from "./useMoving";

export function MoveButtons({ appointment, onDone }: { appointment: AppointmentRead; onDone: () => void }) {
  const { t } = useTranslation();
  const moving = useMovingContext();
  if (moving === null || !moving.canMove || !isResizable(appointment.status)) return null;
  const act = (action: (key: string) => void) => () => {
    const key = keyOf(appointment);
    onDone();
    if (key !== undefined) action(key);
  };
  return (
    <div className="flex gap-2 px-4 pb-4">
      <Button className="h-11 flex-1 justify-center" onClick={act((key) => moving.lift(key, "keys"))}>
        <Move aria-hidden size={17} />
        {t(isMovable(appointment.status) ? "move.move" : "move.resize")}
      </Button>
      {isMovable(appointment.status) && (
        <Button className="h-11 flex-1 justify-center" onClick={act((key) => moving.toTray(key))}>
          <Inbox aria-hidden size={17} />
          {t("move.otherDay")}
        </Button>
      )}
    </div>
  );
}

/** Return the key of the first card of an appointment that the board shows. */
function keyOf(appointment: AppointmentRead): string | undefined {
  for (const { id } of appointment.treatments) {
    const card = document.querySelector<HTMLElement>(`[data-card^="${CSS.escape(id)}/"]`);
    if (card !== null) return card.dataset.card;
  }
  return undefined;
}
