/** The buttons of a card for what a pointer drags: move it, or put it into the tray. */
import { Inbox, Move } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import type { Card } from "../layout";
import { isMovable, isResizable } from "./hand";
import { useMovingContext } from "./useMoving";

export function MoveButtons({ card, onDone }: { card: Card; onDone: () => void }) {
  const { t } = useTranslation();
  const moving = useMovingContext();
  if (moving === null || !moving.canMove || !isResizable(card.appointment.status)) return null;
  const act = (action: () => void) => () => {
    onDone();
    action();
  };
  return (
    <div className="flex gap-2 px-4 pb-4">
      <Button className="h-11 flex-1 justify-center" onClick={act(() => moving.lift(card.key, "keys"))}>
        <Move aria-hidden size={17} />
        {t(isMovable(card.appointment.status) ? "move.move" : "move.resize")}
      </Button>
      {isMovable(card.appointment.status) && (
        <Button className="h-11 flex-1 justify-center" onClick={act(() => moving.toTray(card.key))}>
          <Inbox aria-hidden size={17} />
          {t("move.otherDay")}
        </Button>
      )}
    </div>
  );
}
