/** The period of a report: one that moves on with today, or two days. */
import { useTranslation } from "react-i18next";
import { isDay } from "@/board/time";
import { Segments } from "@/customers/Segments";
import { INPUT } from "@/design/FormField";
import { type Period, withDay } from "./period";
import { PRESETS, type Preset } from "./search";

/** What is changed in the address. */
export interface PeriodChange {
  period?: Preset | undefined;
  first?: string | undefined;
  last?: string | undefined;
}

interface Props {
  /** Undefined: two days that were chosen. */
  preset: Preset | undefined;
  days: Period;
  today: string;
  /** The most days that the API allows. */
  most: number;
  onChange: (change: PeriodChange) => void;
}

export function PeriodPicker({ preset, days, today, most, onChange }: Props) {
  const { t } = useTranslation();
  const choose = (change: Partial<Period>) => onChange({ period: undefined, ...withDay(days, change, most) });
  const names = Object.fromEntries(PRESETS.map((one) => [one, t(`reports.preset.${one}`)]));
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Segments<Preset | "own">
        label={t("reports.period")}
        value={preset ?? "own"}
        options={{ ...names, own: t("reports.ownDays") }}
        onValue={(value) =>
          value === "own" ? choose({}) : onChange({ period: value, first: undefined, last: undefined })
        }
      />
      {preset === undefined && (
        <span className="flex items-center gap-1.5">
          {(["first", "last"] as const).map((end) => (
            <input
              key={end}
              type="date"
              required
              aria-label={t(`reports.${end}`)}
              className={`${INPUT} w-auto! tabular`}
              value={days[end]}
              max={today}
              onChange={({ target }) => isDay(target.value) && choose({ [end]: target.value })}
            />
          ))}
        </span>
      )}
    </div>
  );
}
