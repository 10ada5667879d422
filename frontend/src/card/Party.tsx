/** The other guests of the party: each opens its card. One room for all, or a visit apart. */
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import {
  type AppointmentRead,
  type BoardRead,
  updateAppointment,
  updateVisit,
  type VisitChanged,
  type VisitRead,
} from "@/api/generated";
import { LOOKS } from "@/board/status";
import { timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { Check } from "./fields";
import { nameOf } from "./find";
import { useDeskAction, withReassigned } from "./useDeskAction";
import { useUndoEdit } from "./useUndoEdit";

interface Props {
  board: BoardRead;
  visit: VisitRead;
  appointment: AppointmentRead;
  onOpen: (appointmentId: string) => void;
}

export function Party({ board, visit, appointment, onOpen }: Props) {
  const { t } = useTranslation();
  const guest = nameOf(board, appointment) ?? t("card.anonymous");
  const undoOf = useUndoEdit(board.time_zone);
  const room = useDeskAction<{ same_room: boolean }, VisitChanged>({
    zone: board.time_zone,
    send: (body, overrule) =>
      call(updateVisit({ path: { visit_id: visit.id }, body: { ...body, ...overrule } })),
    onDone: (changed, { same_room }) =>
      showDone(
        withReassigned(t, t(same_room ? "opened.oneRoom" : "opened.anyRoom"), changed.reassigned),
        undoOf(changed, t("opened.partyUndone")),
      ),
  });
  const split = useDeskAction<undefined, VisitChanged>({
    zone: board.time_zone,
    send: (_, overrule) =>
      call(
        updateAppointment({
          path: { appointment_id: appointment.id },
          body: { split_from_party: true, ...overrule },
        }),
      ),
    onDone: (apart) =>
      showDone(t("opened.splitDone", { guest }), undoOf(apart, t("opened.joined", { guest }))),
  });
  return (
    <>
      <ul className="flex flex-col gap-1">
        {visit.appointments
          .filter(({ id }) => id !== appointment.id)
          .map((other) => {
            const Icon = LOOKS[other.status].icon;
            return (
              <li key={other.id}>
                <Button className="min-h-11 w-full justify-start" onClick={() => onOpen(other.id)}>
                  <Icon aria-hidden size={16} className="shrink-0 text-muted" />
                  <span className="truncate">{nameOf(board, other) ?? t("card.anonymous")}</span>
                  <span className="tabular ml-auto text-muted">
                    {timeIn(board.time_zone, Date.parse(other.start))} · {t(`statusShort.${other.status}`)}
                  </span>
                </Button>
              </li>
            );
          })}
      </ul>
      <Check
        label={t("opened.sameRoom")}
        checked={visit.same_room}
        disabled={room.isRunning}
        onChange={(same_room) => room.run({ same_room })}
      />
      <Button
        size="lg"
        className="self-start"
        disabled={split.isRunning}
        onClick={() => split.run(undefined)}
      >
        {t("opened.split", { guest })}
      </Button>
    </>
  );
}
