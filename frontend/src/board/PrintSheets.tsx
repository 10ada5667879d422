/** The board on paper, landscape: pages of eight columns with all hours of the day. */
import { HeartPulse } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { namesOfOthers } from "./BoardCard";
import { SHADES, useShadeText } from "./BoardColumn";
import type { Card, Column, DayLayout, Shade, View } from "./layout";
import { nameOf } from "./move/names";
import { pagesOf } from "./print";
import type { Span } from "./spans";
import { isGivenUp, LOOKS } from "./status";
import { hoursIn, spanIn, timeIn } from "./time";

export interface SheetsProps {
  title: string;
  board: BoardRead;
  layout: DayLayout;
  view: View;
}

export function PrintSheets({ title, board, layout, view }: SheetsProps) {
  const { t } = useTranslation();
  const { span } = layout;
  const pages = pagesOf(layout.columns);
  const hours = hoursIn(board.time_zone, span.start, span.end);
  return (
    <div className="print-sheets">
      {pages.map((columns, page) => (
        <section key={columns[0]?.id ?? page} className="print-page" data-page={page + 1}>
          <header className="flex justify-between pb-1 text-sm">
            <strong>{title}</strong>
            <span className="tabular">
              {t("print.page", { page: page + 1, pages: pages.length })} ·{" "}
              {t("print.printed", { time: timeIn(board.time_zone, Date.now()) })}
            </span>
          </header>
          <div className="flex min-h-0 flex-1">
            <div className="flex w-12 shrink-0 flex-col">
              <div className="h-10" />
              <div className="relative flex-1">
                {hours.map((hour) => (
                  <time
                    key={hour}
                    className="tabular absolute right-1.5 -translate-y-1/2 text-xs"
                    style={{ top: percent(span, hour) }}
                  >
                    {timeIn(board.time_zone, hour)}
                  </time>
                ))}
              </div>
            </div>
            {columns.map((column) => (
              <PrintColumn
                key={column.id}
                column={column}
                board={board}
                view={view}
                span={span}
                hours={hours}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

interface ColumnProps {
  column: Column;
  board: BoardRead;
  view: View;
  span: Span;
  hours: number[];
}

function PrintColumn({ column, board, view, span, hours }: ColumnProps) {
  const { t } = useTranslation();
  return (
    <div className="flex min-w-0 flex-1 flex-col border-line-strong border-l">
      <div className="h-10 px-1 text-sm leading-tight" data-print-head>
        <div className="truncate font-semibold">{column.name || t("board.unassigned")}</div>
        <div className="tabular truncate text-xs">
          {column.shifts.map(({ start, end }) => spanIn(board.time_zone, start, end)).join(", ")}
        </div>
      </div>
      <div className="relative flex-1 border-line-strong border-y">
        {hours.map((hour) => (
          <div
            key={hour}
            className="absolute inset-x-0 border-line border-t"
            style={{ top: percent(span, hour) }}
          />
        ))}
        {column.shades.map((shade) => (
          <PrintShade key={`${shade.kind}/${shade.start}`} shade={shade} span={span} />
        ))}
        {column.cards.map((card) => (
          <PrintCard key={card.key} card={card} board={board} view={view} span={span} />
        ))}
      </div>
    </div>
  );
}

function PrintShade({ shade, span }: { shade: Shade; span: Span }) {
  const text = useShadeText(shade);
  const start = Math.max(shade.start, span.start);
  const end = Math.min(shade.end, span.end);
  if (end <= start) return null;
  return (
    <div
      className={`absolute inset-x-0 overflow-hidden px-1 font-medium text-xs ${SHADES[shade.kind]}`}
      style={{ top: percent(span, start), height: `${((end - start) / (span.end - span.start)) * 100}%` }}
      data-print-shade={shade.kind}
    >
      {text !== null && <span className="bg-page">{text}</span>}
    </div>
  );
}

interface CardProps {
  card: Card;
  board: BoardRead;
  view: View;
  span: Span;
}

function PrintCard({ card, board, view, span }: CardProps) {
  const { t } = useTranslation();
  const { appointment, treatment, guest, lane, lanes } = card;
  const { icon: Icon } = LOOKS[appointment.status];
  const hasHealth = guest !== undefined && guest.contraindications !== "";
  const width = 100 / lanes;
  return (
    <div
      className={`absolute overflow-hidden rounded-sm border border-text bg-page px-1 leading-tight ${isGivenUp(appointment.status) ? "border-dashed line-through" : ""}`}
      style={{
        top: percent(span, card.start),
        height: `calc(${percent(span, card.end)} - ${percent(span, card.start)})`,
        left: `${lane * width}%`,
        width: `${width}%`,
        fontSize: "8pt",
      }}
      data-print-card={card.key}
    >
      <span className="tabular">
        {timeIn(board.time_zone, Math.max(card.start, Date.parse(treatment.start)))}
      </span>{" "}
      <Icon role="img" aria-label={t(`statusShort.${appointment.status}`)} size={10} className="inline" />{" "}
      <strong>{nameOf(card) ?? t("card.anonymous")}</strong>{" "}
      {hasHealth && (
        <span className="whitespace-nowrap font-semibold">
          <HeartPulse aria-hidden size={10} className="inline" /> {t("card.health")}
        </span>
      )}{" "}
      {[inLanguage(treatment.name, currentLanguage()), ...namesOfOthers(treatment, view)].join(" · ")}
    </div>
  );
}

function percent({ start, end }: Span, instant: number): string {
  return `${((instant - start) / (end - start)) * 100}%`;
}
