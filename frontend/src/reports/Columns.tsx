/** A chart of columns over days. It is a picture: the table below it has the figures and the links for the keyboard. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { scaleOf } from "./figures";
import type { ReportsSearch } from "./search";

export interface Bar {
  day: string;
  /** Below the column. */
  label: string;
  value: number;
  /** In the box beside the column: what it is about, and what it says. */
  title: string;
  texts: string[];
  /** A day of the weekend, which is shaded. */
  isWeekend: boolean;
  /** A day that is still to come. */
  isAhead: boolean;
}

interface Props {
  bars: readonly Bar[];
  /** How a value is written at the side, in short. */
  show: (value: number) => string;
}

export function Columns({ bars, show }: Props) {
  const [pointed, setPointed] = useState<string | null>(null);
  const { top, bottom, lines } = scaleOf(bars.map(({ value }) => value));
  const share = (value: number) => `${(100 * value) / (top - bottom)}%`;
  return (
    <div aria-hidden className="px-4 pt-6 pb-3">
      <div className="relative h-56">
        {lines.map((line) => (
          <div
            key={line}
            className={`absolute inset-x-0 border-t ${line === 0 ? "border-line-strong" : "border-line"}`}
            style={{ bottom: share(line - bottom) }}
          >
            <span className="tabular absolute right-0 bottom-0 w-14 text-right text-muted text-xs max-sm:hidden">
              {show(line)}
            </span>
          </div>
        ))}
        <div className="absolute inset-y-0 right-0 left-0 flex sm:right-16">
          {bars.map((bar, index) => (
            <Link
              key={bar.day}
              tabIndex={-1}
              to="/desk/reports"
              search={(before: ReportsSearch) => ({ ...before, report: "day" as const, day: bar.day })}
              disabled={bar.isAhead}
              preload={false}
              data-column-of={bar.day}
              className={`group relative min-w-0 flex-1 outline-none hover:bg-hover ${bar.isWeekend ? "bg-line/40" : ""}`}
              onPointerEnter={() => setPointed(bar.day)}
              onPointerLeave={() => setPointed(null)}
            >
              <span
                className={`absolute inset-x-[16%] bg-accent group-hover:brightness-110 forced-colors:bg-[CanvasText] ${bar.value < 0 ? "rounded-b-sm bg-danger" : "rounded-t-sm"}`}
                style={{
                  bottom: share(Math.min(0, bar.value) - bottom),
                  height: share(Math.abs(bar.value)),
                }}
              />
              {pointed === bar.day && (
                <span
                  className={`pointer-events-none absolute bottom-full z-10 mb-1 w-max rounded-md border border-line bg-raised px-3 py-2 text-left shadow-raised ${index * 2 < bars.length ? "left-0" : "right-0"}`}
                >
                  <span className="block font-medium">{bar.title}</span>
                  {bar.texts.map((text) => (
                    <span key={text} className="tabular block text-muted">
                      {text}
                    </span>
                  ))}
                </span>
              )}
            </Link>
          ))}
        </div>
      </div>
      <div className="tabular mt-1 flex text-center text-muted text-xs sm:mr-16">
        {bars.map(({ day, label }, index) => (
          <span key={day} className={`min-w-0 flex-1 ${index % 2 === 1 ? "max-md:invisible" : ""}`}>
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}
