/** Book a party: once, however often it is pressed or the page is reloaded, and told with a way back. */
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { unanswered } from "@/actions/unanswered";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { createVisit, setVisitStatus, type VisitChanged, type VisitCreate } from "@/api/generated";
import { timeIn } from "@/board/time";
import { shortName } from "@/i18n/format";
import { useForgetSearches } from "./queries";
import { momentName, placesOf } from "./told";

interface Input {
  body: VisitCreate;
  /** The name of the first guest; empty when it has none. */
  guest: string;
}

const NAME = "visit";

interface Options {
  zone: string;
  today: string;
  onBooked: (visit: VisitChanged) => void;
  onRefused: (error: unknown) => void;
}

export function useBook({ zone, today, onBooked, onRefused }: Options) {
  const { t } = useTranslation();
  const forgetSearches = useForgetSearches();
  // A second press comes before the screen knows that the first one is on its way.
  const isSent = useRef(false);
  const latest = useRef<Input | null>(null);
  const undo = useAction({
    send: (visitId: string) =>
      call(setVisitStatus({ path: { visit_id: visitId }, body: { status: "cancelled" } })),
    onDone: () => {
      forgetSearches();
      showDone(t("booking.undone"));
    },
  });
  const booking = useAction({
    name: NAME,
    send: ({ body }: Input, key) => call(createVisit({ body, headers: { "Idempotency-Key": key } })),
    onDone: (visit, input) => {
      forgetSearches();
      if (input.body.hold !== true) tell(visit, input.guest);
      if (input !== latest.current) return;
      isSent.current = false;
      onBooked(visit);
    },
    onRefused: (error, input) => {
      forgetSearches();
      if (input !== latest.current) return showFailure(sentenceOf(t, error));
      isSent.current = false;
      onRefused(error);
    },
  });

  /** Say what was booked, and which other guests gave way. */
  const tell = (visit: VisitChanged, guest: string) => {
    const start = Date.parse(visit.appointments[0]?.start ?? "");
    const places = visit.appointments.flatMap(({ treatments }) =>
      treatments.flatMap(({ allocations }) => allocations),
    );
    const isHere = visit.appointments.some(({ status }) => status === "arrived");
    const key =
      visit.source !== "walk_in" ? "booking.booked" : isHere ? "booking.takenIn" : "booking.writtenDown";
    const sentences = [
      t(key, {
        guest: guest || t("card.anonymous"),
        time: momentName(t, start, { zone, today, shown: today }),
        places: placesOf(places),
      }),
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

  const send = (input: Input) => {
    isSent.current = true;
    latest.current = input;
    booking.run(input);
  };
  return {
    book: (body: VisitCreate, guest: string) => {
      if (isSent.current) return;
      const input = { body, guest };
      const left = unanswered<Input>(NAME);
      // Who is still without an answer comes first.
      if (left !== null && JSON.stringify(left) !== JSON.stringify(input)) booking.run(left);
      send(input);
    },
    /** Send what was on its way when the page was left. Returns whether there was something. */
    resume: () => {
      const left = unanswered<Input>(NAME);
      if (left !== null) send(left);
      return left !== null;
    },
    /** Say again what was booked: a hold that was confirmed. */
    tell,
    isRunning: booking.isRunning,
    isWaiting: booking.isWaiting,
  };
}
