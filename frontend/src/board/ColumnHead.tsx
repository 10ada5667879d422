import { BedDouble, CircleHelp, EllipsisVertical, MonitorSmartphone } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { shortName } from "@/i18n/format";
import type { Column, Span } from "./layout";
import { spanIn } from "./time";

/** The name of a column, with the shift of a therapist or the room of a bed. */
export const ColumnHead = memo(function ColumnHead({
  column,
  zone,
  isTabStop,
}: {
  column: Column;
  zone: string;
  /** Tab leads to the menu of this column, and arrows from it to the others. */
  isTabStop: boolean;
}) {
  const { t } = useTranslation();
  const { kind, name, room, startsGroup = false, shifts, cards } = column;
  const count = new Set(cards.map((card) => card.appointment.id)).size;
  const title = kind === "staff" ? shortName(name) : kind === "unassigned" ? t("board.unassigned") : name;
  const subtitle =
    kind === "staff" || kind === "day"
      ? (shiftTime(zone, shifts) ?? t("board.off"))
      : kind === "unassigned"
        ? ""
        : (room ?? t("board.noRoom"));
  return (
    <div
      id={`column-${column.id}`}
      title={[name, ...shifts.map(({ start, end }) => spanIn(zone, start, end))].join(" · ")}
      className={`sticky top-0 z-20 flex h-(--head) min-w-0 flex-col justify-center border-b border-b-line border-l bg-surface pr-8 pl-2.5 ${
        startsGroup ? "border-l-line-strong" : "border-l-line"
      }`}
      data-head={column.id}
    >
      <span className="truncate font-semibold">{title}</span>
      <span className="flex min-w-0 items-center gap-1.5 text-muted text-xs">
        <KindIcon kind={kind} />
        <span className="tabular truncate">{subtitle}</span>
        {count > 0 && <span className="tabular -ml-0.5 shrink-0">· {count}</span>}
      </span>
      {kind !== "unassigned" && kind !== "day" && (
        <button
          type="button"
          tabIndex={isTabStop ? 0 : -1}
          aria-label={t("away.menu", { name })}
          aria-haspopup="menu"
          className="absolute inset-y-0 right-0 grid w-8 place-items-center text-muted hover:bg-hover hover:text-text"
          data-column-menu={column.id}
        >
          <EllipsisVertical aria-hidden size={16} />
        </button>
      )}
    </div>
  );
});

/** Return from when to when a therapist is there. A break is seen in the column, and told by the title. */
function shiftTime(zone: string, shifts: Span[]): string | null {
  if (shifts.length === 0) return null;
  const start = Math.min(...shifts.map((shift) => shift.start));
  return spanIn(zone, start, Math.max(...shifts.map((shift) => shift.end)));
}

function KindIcon({ kind }: { kind: Column["kind"] }) {
  const look = { "aria-hidden": true, size: 13, className: "shrink-0 text-muted" } as const;
  if (kind === "bed") return <BedDouble {...look} />;
  if (kind === "device") return <MonitorSmartphone {...look} />;
  if (kind === "unassigned") return <CircleHelp {...look} />;
  return null;
}
