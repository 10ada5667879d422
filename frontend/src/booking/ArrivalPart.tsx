/** When a walk-in came: now, or at a time that is over, to be written down. */
import { History } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { instantOf, timeIn } from "@/board/time";
import { FIELD, LABEL } from "./styles";
import { momentName } from "./told";

interface Props {
  cameAt: number | null;
  zone: string;
  /** The day that the board shows: the time that is typed is of this day. */
  day: string;
  today: string;
  onCameAt: (cameAt: number | null) => void;
}

export function ArrivalPart({ cameAt, zone, day, today, onCameAt }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <section className="mt-3 border-line border-t pt-2">
      <label htmlFor={id} className={LABEL}>
        {t("booking.cameAt")}
      </label>
      <div className="flex items-center gap-3">
        <div className="w-36 shrink-0">
          <input
            id={id}
            type="time"
            step={300}
            className={`${FIELD} tabular`}
            value={cameAt === null ? "" : timeIn(zone, cameAt)}
            onChange={({ target: { value } }) => {
              if (value !== "") onCameAt(instantOf(zone, day, value));
              else if (day === today) onCameAt(null);
            }}
          />
        </div>
        <p role="status" className="flex gap-2 text-muted text-sm">
          {cameAt === null ? (
            t("booking.cameNow")
          ) : (
            <>
              <History aria-hidden size={16} className="mt-0.5 shrink-0" />
              {t("booking.cameThen", { time: momentName(t, cameAt, { zone, today, shown: today }) })}
            </>
          )}
        </p>
      </div>
    </section>
  );
}
