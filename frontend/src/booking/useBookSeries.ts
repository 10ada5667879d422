/** Book a series: each visit by itself, told with those that do not fit, and with a way back. */
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { cancelVisitSeries, createVisitSeries, type SeriesCreate } from "@/api/generated";
import { dayIn } from "@/board/time";
import { dayName } from "@/i18n/format";
import { useForgetSearches } from "./queries";

interface Input {
  body: SeriesCreate;
  /** The name of the first guest; empty when it has none. */
  guest: string;
}

interface Options {
  zone: string;
  today: string;
  onBooked: () => void;
  onRefused: (error: unknown) => void;
}

export function useBookSeries({ zone, today, onBooked, onRefused }: Options) {
  const { t } = useTranslation();
  const forgetSearches = useForgetSearches();
  const undo = useAction({
    send: (id: string) => call(cancelVisitSeries({ path: { series_id: id }, body: { status: "cancelled" } })),
    onDone: () => {
      forgetSearches();
      showDone(t("booking.seriesUndone"));
    },
  });
  const { run, isRunning, isWaiting } = useAction({
    send: ({ body }: Input, key) => call(createVisitSeries({ body, headers: { "Idempotency-Key": key } })),
    onDone: ({ id, occurrences }, { guest }) => {
      forgetSearches();
      const refused = occurrences.filter(({ error }) => error !== null);
      const count = occurrences.length - refused.length;
      if (count > 0) {
        showDone(t("booking.seriesBooked", { count, guest: guest || t("card.anonymous") }), () =>
          undo.run(id),
        );
        onBooked();
      }
      if (refused.length > 0) {
        const days = refused.map(({ start }) => dayName(t, dayIn(zone, Date.parse(start)), today));
        showFailure(t("booking.seriesRefused", { days: days.join(", ") }));
      }
    },
    onRefused: (error) => {
      forgetSearches();
      onRefused(error);
    },
  });
  return {
    book: (body: SeriesCreate, guest: string) => {
      if (!isRunning) run({ body, guest });
    },
    isRunning,
    isWaiting,
  };
}
