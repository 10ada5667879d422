/** Another start, on this day or another one, for the guest or the whole party: the starts that the API finds free. */
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import {
  type AppointmentRead,
  type BoardRead,
  findStarts,
  updateAppointment,
  updateVisit,
  type VisitChanged,
  type VisitRead,
} from "@/api/generated";
import { addDays, dayIn, isDay, timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import { Check, Input } from "./fields";
import { nameOf } from "./find";
import { useDeskAction, withReassigned } from "./useDeskAction";
import { useUndoEdit } from "./useUndoEdit";

interface Props {
  board: BoardRead;
  visit: VisitRead;
  appointment: AppointmentRead;
}

interface Moving {
  start: number;
  isParty: boolean;
}

export function MoveEditor({ board, visit, appointment }: Props) {
  const { t } = useTranslation();
  const zone = board.time_zone;
  const [day, setDay] = useState(board.day);
  const [together, setTogether] = useState(visit.appointments.length > 1);
  const isParty = together && visit.appointments.length > 1;
  const subject = isParty ? visit.id : appointment.id;
  const { data, error, isFetching } = useQuery({
    queryKey: ["places", "starts", subject, day, appointment.start],
    queryFn: () => call(findStarts({ body: { branch_id: board.branch_id, day, instead_of: subject } })),
    staleTime: 15_000,
  });
  const undoOf = useUndoEdit(zone);
  const move = useDeskAction<Moving, VisitChanged>({
    zone,
    send: ({ start, isParty: all }, overrule) => {
      const body = { start: new Date(start).toISOString(), ...overrule };
      return call(
        all
          ? updateVisit({ path: { visit_id: visit.id }, body })
          : updateAppointment({ path: { appointment_id: appointment.id }, body }),
      );
    },
    atStart: (input, start) => ({ ...input, start }),
    onDone: (changed, { start }) => {
      const guest = nameOf(board, appointment) ?? t("card.anonymous");
      const sentence = t("opened.movedTo", {
        guest,
        time: timeIn(zone, start),
        day: dayName(t, dayIn(zone, start), dayIn(zone, Date.now())),
      });
      showDone(
        withReassigned(t, sentence, changed.reassigned),
        undoOf(changed, t("move.undone", { name: guest })),
      );
    },
  });
  const present = Date.parse(appointment.start);
  return (
    <>
      {visit.appointments.length > 1 && (
        <Check label={t("opened.moveParty")} checked={together} onChange={setTogether} />
      )}
      <div className="flex items-end gap-2">
        <Button
          size="icon"
          className="size-11"
          aria-label={t("date.previous")}
          onClick={() => setDay(addDays(day, -1))}
        >
          <ChevronLeft aria-hidden size={18} />
        </Button>
        <Input
          label={t("opened.day")}
          type="date"
          value={day}
          onChange={(next) => isDay(next) && setDay(next)}
        />
        <Button
          size="icon"
          className="size-11"
          aria-label={t("date.next")}
          onClick={() => setDay(addDays(day, 1))}
        >
          <ChevronRight aria-hidden size={18} />
        </Button>
      </div>
      <div role="status" className="flex flex-col gap-2">
        {error !== null && <p className="text-danger">{sentenceOf(t, error)}</p>}
        {data === undefined && isFetching && <p className="text-muted">{t("opened.searching")}</p>}
        {data?.reasons.map(({ message }) => (
          <p key={message} className="text-muted">
            {message}
          </p>
        ))}
      </div>
      <ul aria-label={t("opened.starts")} className="grid max-h-64 grid-cols-4 gap-1.5 overflow-y-auto">
        {data?.starts.map(({ start }) => {
          const instant = Date.parse(start);
          return (
            <li key={start}>
              <Button
                className="tabular h-11 w-full justify-center"
                disabled={instant === present || move.isRunning}
                aria-pressed={instant === present}
                onClick={() => move.run({ start: instant, isParty })}
              >
                {timeIn(zone, instant)}
              </Button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
