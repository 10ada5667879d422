/** The opening hours of each weekday, and those of one day: one span, or two with a break between. */
import { CopyCheck, Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { barOf, type Hours, isPastMidnight, MOST_SPANS, type Span, withBreak } from "./hours";
import { Switch, Time } from "./parts";

export function HoursPart({ hours, onChange }: { hours: Hours[]; onChange: (hours: Hours[]) => void }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const names = common("date.weekday", { returnObjects: true });
  const set = (index: number, change: Partial<Hours>) =>
    onChange(hours.map((day, other) => (other === index ? { ...day, ...change } : day)));
  return (
    <ul className="flex flex-col divide-y divide-line">
      {hours.map((day, index) => {
        const name = names[(index + 1) % 7] ?? "";
        return (
          <li key={name} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
            <div className="w-32">
              <Switch label={name} isOn={day.isOpen} onChange={(isOpen) => set(index, { isOpen })} />
            </div>
            {day.isOpen ? (
              <SpansPart day={name} spans={day.spans} onChange={(spans) => set(index, { spans })} />
            ) : (
              <span className="text-muted md:w-59">{t("branch.closed")}</span>
            )}
            <Bar hours={day} />
            {day.isOpen && (
              <Button
                kind="quiet"
                size="icon"
                aria-label={t("branch.copy", { day: name })}
                title={t("branch.copy", { day: name })}
                className="text-muted"
                onClick={() => onChange(hours.map(() => ({ ...day })))}
              >
                <CopyCheck aria-hidden size={16} />
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface SpansProps {
  /** The name of the day, for whoever does not see the line. */
  day: string;
  spans: Span[];
  onChange: (spans: Span[]) => void;
}

export function SpansPart({ day, spans, onChange }: SpansProps) {
  const { t } = useTranslation("setup");
  const set = (index: number, change: Partial<Span>) =>
    onChange(spans.map((span, other) => (other === index ? { ...span, ...change } : span)));
  return (
    <ul className="flex w-59 flex-col gap-1.5">
      {spans.map((span, index) => {
        const name = spans.length === 1 ? day : t("branch.span", { day, number: index + 1 });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a span has nothing else of its own
          <li key={index} className="flex flex-wrap items-center gap-2">
            <Time
              label={t("branch.opens", { day: name })}
              value={span.opens}
              onChange={(opens) => set(index, { opens })}
            />
            <span aria-hidden>–</span>
            <Time
              label={t("branch.closes", { day: name })}
              value={span.closes}
              onChange={(closes) => set(index, { closes })}
            />
            {index > 0 ? (
              <Button
                kind="quiet"
                size="icon"
                className="text-muted"
                aria-label={t("branch.removeSpan", { day })}
                title={t("branch.removeSpan", { day })}
                onClick={() => onChange(spans.filter((_, other) => other !== index))}
              >
                <X aria-hidden size={16} />
              </Button>
            ) : (
              spans.length < MOST_SPANS && (
                <Button
                  kind="quiet"
                  size="icon"
                  className="text-muted"
                  aria-label={t("branch.addSpan", { day })}
                  title={t("branch.addSpan", { day })}
                  onClick={() => onChange(withBreak(spans))}
                >
                  <Plus aria-hidden size={16} />
                </Button>
              )
            )}
            {isPastMidnight(span) && (
              <span className="w-full text-muted text-sm">{t("branch.pastMidnight")}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Bar({ hours: { isOpen, spans } }: { hours: Hours }) {
  return (
    <div aria-hidden className="relative h-2 min-w-24 flex-1 rounded-full bg-sunken max-md:hidden">
      {isOpen &&
        spans
          .map(barOf)
          .map(({ left, width }) => (
            <div
              key={left}
              className="absolute inset-y-0 rounded-full bg-accent"
              style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
            />
          ))}
    </div>
  );
}
