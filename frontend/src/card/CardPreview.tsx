/** A look at a card, while the pointer rests on it or the keyboard has led to it. It is only seen: nothing in it can be
    pressed, and the card itself says the same to a screen reader. */
import { PreviewCard } from "@base-ui/react/preview-card";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { MINUTE, spanIn } from "@/board/time";
import { money, phoneNumber } from "@/i18n/format";
import { Remarks, StatusLine } from "./facts";
import { assignedNames, findByCard, guestOf, nameOf } from "./find";
import { TreatmentNames } from "./TreatmentsEditor";

interface Props {
  board: BoardRead;
  cardKey: string;
  anchor: Element;
}

export function CardPreview({ board, cardKey, anchor }: Props) {
  const { t } = useTranslation();
  const found = findByCard(board, cardKey);
  if (found === undefined) return null;
  const { visit, appointment, treatment } = found;
  const start = Date.parse(appointment.start);
  const end = Date.parse(appointment.end);
  const guest = guestOf(board, appointment);
  const places = [...assignedNames(treatment, "staff"), ...assignedNames(treatment, "place")];
  return (
    <PreviewCard.Root open>
      <PreviewCard.Portal>
        <PreviewCard.Positioner
          anchor={anchor}
          side="right"
          align="start"
          sideOffset={8}
          collisionPadding={12}
          className="pointer-events-none z-40"
        >
          <PreviewCard.Popup
            data-preview
            className="flex w-80 flex-col gap-2 rounded-lg border border-line bg-raised p-3.5 text-text shadow-raised"
          >
            <p className="break-words font-semibold">{nameOf(board, appointment) ?? t("card.anonymous")}</p>
            <p className="tabular -mt-2 text-muted">
              {spanIn(board.time_zone, start, end)} ·{" "}
              {t("time.minutes", { count: Math.round((end - start) / MINUTE) })} · {money(appointment.price)}
            </p>
            <StatusLine appointment={appointment} />
            <Remarks board={board} appointment={appointment} />
            <TreatmentNames appointment={appointment} />
            {places.length > 0 && <p className="break-words text-muted">{places.join(" · ")}</p>}
            {visit.note !== "" && <p className="line-clamp-3 break-words text-warning">{visit.note}</p>}
            <p className="tabular text-muted text-sm">
              {[
                t(`source.${visit.source}`),
                ...(visit.appointments.length > 1
                  ? [t("card.party", { count: visit.appointments.length })]
                  : []),
                ...(guest?.phone ? [phoneNumber(guest.phone)] : []),
              ].join(" · ")}
            </p>
          </PreviewCard.Popup>
        </PreviewCard.Positioner>
      </PreviewCard.Portal>
    </PreviewCard.Root>
  );
}
