/** The place of a visit in its series, and cancelling it with those that follow. */
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { hasNoAnswer } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import {
  type BoardRead,
  cancelVisitSeries,
  getVisitSeries,
  type SeriesRead,
  undoVisitStatus,
  type VisitSeriesRef,
} from "@/api/generated";
import { Button } from "@/design/Button";
import { ask } from "./ask";
import { cancelledBy, type SeriesChange } from "./seriesChanges";
import { useDeskAction } from "./useDeskAction";

interface Props {
  board: BoardRead;
  series: VisitSeriesRef;
}

interface Undone {
  count: number;
  refusal: unknown;
}

export function Series({ board, series }: Props) {
  const { t } = useTranslation();
  const undo = useDeskAction<SeriesChange, Undone>({
    zone: board.time_zone,
    send: async (change, _, key) => {
      const undone: Undone = { count: 0, refusal: null };
      for (const { visitId, appointmentIds } of cancelledBy(change)) {
        const body = { status: "cancelled" as const, appointment_ids: appointmentIds };
        const headers = { "Idempotency-Key": `${key}-${visitId}` };
        try {
          await call(undoVisitStatus({ path: { visit_id: visitId }, body, headers }));
          undone.count += 1;
        } catch (error) {
          if (hasNoAnswer(error)) throw error;
          undone.refusal ??= error; // its time is taken: the others come back all the same
        }
      }
      return undone;
    },
    onDone: ({ count, refusal }) => {
      const sentence = t("opened.seriesUndone", { count });
      if (refusal === null) showDone(sentence);
      else showFailure(`${sentence} ${sentenceOf(t, refusal)}`);
    },
  });
  // The series before, so that only what this action cancels is taken back.
  const before = useRef<SeriesRead | null>(null);
  const cancel = useDeskAction<string, SeriesRead>({
    zone: board.time_zone,
    send: async (reason) => {
      const path = { series_id: series.id };
      before.current ??= await call(getVisitSeries({ path }));
      const body = { status: "cancelled" as const, from_number: series.number, reason };
      return await call(cancelVisitSeries({ path, body }));
    },
    onDone: (after) => {
      const change = { before: before.current ?? after, after };
      before.current = null;
      showDone(t("opened.seriesCancelled"), () => undo.run(change));
    },
    onGivenUp: () => {
      before.current = null; // what others cancel until the next attempt is theirs
    },
  });
  return (
    <>
      <p>{t("opened.seriesPlace", { number: series.number, count: series.count })}</p>
      <Button
        size="lg"
        className="self-start"
        disabled={cancel.isRunning}
        onClick={() =>
          ask({
            title: t("opened.seriesAsk", { count: series.count - series.number + 1 }),
            text: t("opened.seriesHint"),
            reason: "optional",
            reasons: t("opened.reasons.cancelled", { returnObjects: true }),
            confirm: t("opened.seriesConfirm"),
            onConfirm: cancel.run,
          })
        }
      >
        {t("opened.seriesCancel")}
      </Button>
    </>
  );
}
