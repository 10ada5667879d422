/** The place of a visit in its series, and cancelling it with those that follow. */
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import { type BoardRead, cancelVisitSeries, type SeriesRead, type VisitSeriesRef } from "@/api/generated";
import { Button } from "@/design/Button";
import { ask } from "./ask";
import { useDeskAction } from "./useDeskAction";

interface Props {
  board: BoardRead;
  series: VisitSeriesRef;
}

export function Series({ board, series }: Props) {
  const { t } = useTranslation();
  const cancel = useDeskAction<string, SeriesRead>({
    zone: board.time_zone,
    send: (reason) =>
      call(
        cancelVisitSeries({
          path: { series_id: series.id },
          body: { status: "cancelled", from_number: series.number, reason },
        }),
      ),
    onDone: () => showDone(t("opened.seriesCancelled")),
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
