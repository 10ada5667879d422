/** Book a party: once, however often it is pressed, and told with a way back. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { createVisit, setVisitStatus, type VisitChanged, type VisitCreate } from "@/api/generated";
import { timeIn } from "@/board/time";
import { shortName } from "@/i18n/format";

interface Input {
  body: VisitCreate;
  /** The name of the first guest; empty when it has none. */
  guest: string;
}

interface Options {
  zone: string;
  onBooked: (visit: VisitChanged) => void;
  onRefused: (error: unknown) => void;
}

export function useBook({ zone, onBooked, onRefused }: Options) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  // A second press comes before the screen knows that the first one is on its way.
  const isSent = useRef(false);
  const undo = useAction({
    send: (visitId: string) =>
      call(setVisitStatus({ path: { visit_id: visitId }, body: { status: "cancelled" } })),
    onDone: () => {
      forgetSearches();
      showDone(t("booking.undone"));
    },
  });
  const forgetSearches = () => {
    for (const name of ["starts", "days", "visits"]) void cache.invalidateQueries({ queryKey: [name] });
  };
  const booking = useAction({
    send: ({ body }: Input, key) => call(createVisit({ body, headers: { "Idempotency-Key": key } })),
    onDone: (visit, input) => {
      isSent.current = false;
      forgetSearches();
      if (input.body.hold !== true) tell(visit, input.guest);
      onBooked(visit);
    },
    onRefused: (error) => {
      isSent.current = false;
      forgetSearches();
      onRefused(error);
    },
  });

  /** Say what was booked, and which other guests gave way. */
  const tell = (visit: VisitChanged, guest: string) => {
    const start = visit.appointments[0]?.start ?? "";
    const key = visit.source === "walk_in" ? "booking.takenIn" : "booking.booked";
    const sentences = [
      t(key, { guest: guest || t("card.anonymous"), time: timeIn(zone, Date.parse(start)) }),
      ...(visit.reassigned ?? []).map(({ guest_name, start: at, after }) =>
        t("booking.reassigned", {
          guest: guest_name || t("booking.otherGuest"),
          time: timeIn(zone, Date.parse(at)),
          after: shortName(after.name),
        }),
      ),
    ];
    showDone(sentences.join(" "), () => undo.run(visit.id));
  };

  return {
    book: (body: VisitCreate, guest: string) => {
      if (isSent.current) return;
      isSent.current = true;
      booking.run({ body, guest });
    },
    /** Say again what was booked: a hold that was confirmed. */
    tell,
    isRunning: booking.isRunning,
    isWaiting: booking.isWaiting,
  };
}
