/** The segments of a variant as bars: who and what is needed when. */
import { BedDouble, HandHeart, type LucideIcon, Plug, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ResourceTypeRead, Segment } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { type Row, type RowKind, rowsOf, ticksOf, totalOf } from "./bars";

const ICONS: Record<RowKind, LucideIcon> = {
  guest: UserRound,
  staff: HandHeart,
  bed: BedDouble,
  device: Plug,
};

/** The name, the axis, the minutes; on a phone the axis below. */
const LINE =
  "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 sm:grid-cols-[9.5rem_minmax(0,1fr)_4.5rem]";

interface Props {
  segments: readonly Segment[];
  types: readonly ResourceTypeRead[];
}

export function SegmentBars({ segments, types }: Props) {
  const { t } = useTranslation("setup");
  const total = Math.max(1, totalOf(segments));
  const ticks = ticksOf(total);
  const nameOf = ({ kind, typeId }: Row) => {
    if (kind === "guest" || kind === "staff") return t(`treatments.rows.${kind}`);
    const type = types.find(({ id }) => id === typeId);
    return type === undefined ? t(`treatments.rows.${kind}`) : inLanguage(type.name, currentLanguage());
  };
  const at = (minutes: number) => `${(minutes / total) * 100}%`;
  return (
    <div className="flex flex-col gap-1 text-sm">
      {rowsOf(segments).map((row) => {
        const Icon = ICONS[row.kind];
        const name = nameOf(row);
        const spans = row.bars.map(({ start, minutes, isWithGuest }) => {
          const span = t("treatments.span", { from: start, to: start + minutes });
          return isWithGuest ? span : `${span} (${t("treatments.withoutGuest")})`;
        });
        return (
          <div key={`${row.kind}/${row.typeId}`} className={LINE} data-row={row.kind}>
            <span className="flex min-w-0 items-center gap-2">
              <Icon aria-hidden size={15} className="shrink-0 text-muted" />
              <span className="truncate" title={name}>
                {name}
              </span>
            </span>
            <span
              role="img"
              aria-label={`${name}: ${spans.join(", ") || t("treatments.notNeeded")}`}
              className="relative h-6 overflow-hidden max-sm:order-last max-sm:col-span-2 rounded-sm bg-sunken"
            >
              {ticks.map((minutes) => (
                <span
                  key={minutes}
                  className="absolute inset-y-0 w-px bg-line"
                  style={{ left: at(minutes) }}
                />
              ))}
              {row.bars.map((bar) => (
                <span
                  key={bar.start}
                  className="absolute inset-y-0 pr-0.5"
                  style={{ left: at(bar.start), width: at(bar.minutes) }}
                >
                  <span
                    className={`grid size-full place-items-center overflow-hidden rounded-sm border text-xs tabular ${
                      bar.isWithGuest
                        ? "border-accent bg-accent text-on-accent"
                        : "border-accent border-dashed bg-accent-soft text-text"
                    }`}
                  >
                    {bar.minutes / total > 0.06 && bar.minutes}
                  </span>
                </span>
              ))}
            </span>
            <span className="text-right text-muted tabular">{t("minutes", { count: row.minutes })}</span>
          </div>
        );
      })}
      <div aria-hidden className={LINE}>
        <span className="max-sm:hidden" />
        <span className="relative h-4 text-muted text-xs tabular max-sm:col-span-2">
          {ticks.map((minutes) => (
            <span
              key={minutes}
              className={`absolute ${minutes === 0 ? "" : "-translate-x-1/2"} ${minutes / total > 0.97 ? "-translate-x-full" : ""}`}
              style={{ left: at(minutes) }}
            >
              {minutes}
            </span>
          ))}
        </span>
      </div>
    </div>
  );
}
