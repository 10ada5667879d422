/** Two appointments exchange their therapists, beds or starts. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import {
  type AppointmentRead,
  type AppointmentsSwapped,
  type BoardRead,
  type Exchanged,
  swapAppointments,
} from "@/api/generated";
import { timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { shortName } from "@/i18n/format";
import { Check, Select } from "./fields";
import { assignedNames, nameOf } from "./find";
import { useDeskAction } from "./useDeskAction";
import { useUndoEdit } from "./useUndoEdit";

interface Props {
  board: BoardRead;
  appointment: AppointmentRead;
}

interface Swapping {
  withId: string;
  exchange: Exchanged[];
}

const WHAT: Exchanged[] = ["therapist", "bed", "start"];
/** A guest in service stays; who is over needs no place. */
const SWAPPABLE: readonly string[] = ["pending", "confirmed", "arrived", "reopened"];

export function SwapEditor({ board, appointment }: Props) {
  const { t } = useTranslation();
  const [withId, setWith] = useState("");
  const [exchange, setExchange] = useState<Exchanged[]>(["therapist"]);
  const others = board.visits
    .flatMap(({ appointments }) => appointments)
    .filter(({ id, status }) => id !== appointment.id && SWAPPABLE.includes(status))
    .sort((a, b) => a.start.localeCompare(b.start));
  const undoOf = useUndoEdit(board.time_zone);
  const swap = useDeskAction<Swapping, AppointmentsSwapped>({
    zone: board.time_zone,
    send: (input, { allow_same_time }, key) =>
      call(
        swapAppointments({
          path: { appointment_id: appointment.id },
          body: {
            with_appointment_id: input.withId,
            exchange: input.exchange,
            ...(allow_same_time === undefined ? {} : { allow_same_time }),
          },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (swapped) => {
      setWith("");
      showDone(t("opened.swapped"), undoOf(swapped, t("opened.swappedBack")));
    },
  });
  return (
    <>
      <Select
        label={t("opened.swapWith")}
        value={withId}
        options={[
          { value: "", text: t("opened.chooseAppointment") },
          ...others.map((other) => ({
            value: other.id,
            text: [
              timeIn(board.time_zone, Date.parse(other.start)),
              nameOf(board, other) ?? t("card.anonymous"),
              ...other.treatments.flatMap((treatment) => assignedNames(treatment, "staff").map(shortName)),
            ].join(" · "),
          })),
        ]}
        onChange={setWith}
      />
      <fieldset>
        <legend className="text-muted text-sm">{t("opened.exchange")}</legend>
        <div className="flex flex-wrap gap-x-5">
          {WHAT.map((what) => (
            <Check
              key={what}
              label={t(`opened.exchanged.${what}`)}
              checked={exchange.includes(what)}
              onChange={(isChosen) =>
                setExchange(WHAT.filter((other) => (other === what ? isChosen : exchange.includes(other))))
              }
            />
          ))}
        </div>
      </fieldset>
      <Button
        size="lg"
        className="self-start"
        disabled={withId === "" || exchange.length === 0 || swap.isRunning}
        onClick={() => swap.run({ withId, exchange })}
      >
        {t("opened.swap")}
      </Button>
    </>
  );
}
