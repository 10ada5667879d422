/** Whether the visit is repeated, and what would become of each of its dates. */
import { useQuery } from "@tanstack/react-query";
import { Check, TriangleAlert } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import { dayIn } from "@/board/time";
import { dayName } from "@/i18n/format";
import { type Draft, FEWEST_VISITS, MOST_VISITS, type Repeat, seriesOf } from "./draft";
import { seriesQuery } from "./queries";
import { FIELD, LABEL } from "./styles";
import { Alert } from "./WhenPart";

interface Props {
  draft: Draft;
  branchId: string;
  zone: string;
  today: string;
  /** The start of the first visit; null: none is free. */
  start: string | null;
  onRepeat: (repeat: Repeat | null) => void;
}

const WEEKS = [1, 2, 3, 4];
const USUAL_COUNT = 4;
const COUNTS = Array.from({ length: MOST_VISITS - FEWEST_VISITS + 1 }, (_, index) => FEWEST_VISITS + index);

export function RepeatPart({ draft, branchId, zone, today, start, onRepeat }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { repeat } = draft;
  const series = start === null ? null : seriesOf(draft, branchId, start);
  const { data, error, isFetching } = useQuery({ ...seriesQuery(series), enabled: series !== null });
  const refused = data?.occurrences.filter((occurrence) => occurrence.error !== null) ?? [];
  return (
    <div className="mt-3 border-line border-t pt-2">
      <div className="flex gap-2">
        <div className="min-w-0 flex-1">
          <label htmlFor={id} className={LABEL}>
            {t("booking.repeatTitle")}
          </label>
          <select
            id={id}
            className={FIELD}
            value={repeat?.everyWeeks ?? ""}
            onChange={({ target: { value } }) =>
              onRepeat(
                value === "" ? null : { everyWeeks: Number(value), count: repeat?.count ?? USUAL_COUNT },
              )
            }
          >
            <option value="">{t("booking.once")}</option>
            {WEEKS.map((count) => (
              <option key={count} value={count}>
                {count === 1 ? t("booking.everyWeek") : t("booking.everyWeeks", { count })}
              </option>
            ))}
          </select>
        </div>
        {repeat !== null && (
          <div className="w-28">
            <label htmlFor={`${id}-count`} className={LABEL}>
              {t("booking.visitCount")}
            </label>
            <select
              id={`${id}-count`}
              className={FIELD}
              value={repeat.count}
              onChange={({ target: { value } }) => onRepeat({ ...repeat, count: Number(value) })}
            >
              {COUNTS.map((count) => (
                <option key={count}>{count}</option>
              ))}
            </select>
          </div>
        )}
      </div>
      {error !== null && <Alert sentence={sentenceOf(t, error)} />}
      {series !== null && (
        <div role="status" aria-busy={isFetching} className="mt-2" data-series={data?.occurrences.length}>
          {data === undefined || data === null ? (
            <p className="text-muted">{t("booking.searchingStarts")}</p>
          ) : (
            <p className={refused.length > 0 ? "font-medium text-warning" : "text-muted"}>
              {refused.length > 0
                ? t("booking.seriesPartly", {
                    count: refused.length,
                    free: data.occurrences.length - refused.length,
                  })
                : t("booking.seriesFree", { count: data.occurrences.length })}
            </p>
          )}
          <ol className="mt-1 grid gap-1 text-sm">
            {data?.occurrences.map((occurrence) => (
              <li key={occurrence.number} className="flex gap-2">
                {occurrence.error === null ? (
                  <Check aria-hidden size={15} className="mt-0.5 shrink-0 text-accent" />
                ) : (
                  <TriangleAlert aria-hidden size={15} className="mt-0.5 shrink-0 text-warning" />
                )}
                <span className="min-w-0">
                  <span className="tabular font-medium">
                    {dayName(t, dayIn(zone, Date.parse(occurrence.start)), today)}
                  </span>
                  {occurrence.error !== null && (
                    <span className="text-muted"> {occurrence.error.message}</span>
                  )}
                </span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}
