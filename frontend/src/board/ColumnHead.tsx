import { BedDouble, CircleHelp, EllipsisVertical, MonitorSmartphone } from "lucide-react";
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { shortName } from "@/i18n/format";
import { type Availability, availabilityOf, occupiedTimes } from "./availability";
import { type Column, halves } from "./layout";
import type { Span } from "./spans";
import { spanIn, timeIn } from "./time";
import { useNow } from "./useNow";

/** The heads of all columns. On the day that is today they say who or what is free now. */
export function ColumnHeads({ board, columns }: { board: BoardRead; columns: Column[] }) {
  const now = useNow(15_000);
  const occupied = useMemo(() => occupiedTimes(board), [board]);
  const isToday = Date.parse(board.start) <= now && now < Date.parse(board.end);
  return columns.map((column, index) => {
    const hasState = isToday && column.kind !== "unassigned" && column.kind !== "day";
    const state = hasState ? availabilityOf(column, occupied.get(column.id) ?? [], board, now) : null;
    return (
      <ColumnHead
        key={column.id}
        column={column}
        zone={board.time_zone}
        isTabStop={index === 0}
        roomWidth={roomWidth(columns, index)}
        state={state?.state}
        until={state?.until ?? null}
      />
    );
  });
}

/** Return over how many columns the first one of a room writes its name; 0 for the others. */
function roomWidth(columns: Column[], index: number): number {
  if (columns[index]?.room === undefined || !columns[index].startsGroup) return 0;
  const next = columns.findIndex(
    ({ room, startsGroup }, other) => other > index && (startsGroup === true || room === undefined),
  );
  return (next === -1 ? columns.length : next) - index;
}

interface Props {
  column: Column;
  zone: string;
  /** Tab leads to the menu of this column, and arrows from it to the others. */
  isTabStop: boolean;
  roomWidth: number;
  state: Availability["state"] | undefined;
  until: number | null;
}

/** The name of a column, the shift of a therapist or the room of a bed, and whether they are free. */
const ColumnHead = memo(function ColumnHead({ column, zone, isTabStop, roomWidth, state, until }: Props) {
  const { t } = useTranslation();
  const { kind, name, room, startsGroup = false, shifts, cards } = column;
  const count = new Set(cards.map((card) => card.appointment.id)).size;
  const roomName = room === undefined ? undefined : (room ?? t("board.noRoom"));
  const times = kind === "staff" || kind === "day" ? (shiftTime(zone, shifts) ?? t("board.off")) : "";
  const isPlace = roomName !== undefined;
  // Who has no shift is off, and the line above says so.
  const isTold = state !== undefined && (isPlace ? state !== "off" : shifts.length > 0 || state !== "off");
  return (
    <div
      id={`column-${column.id}`}
      title={[name, roomName, ...shifts.map(({ start, end }) => spanIn(zone, start, end))]
        .filter(Boolean)
        .join(" · ")}
      className={`sticky top-0 flex h-(--head) min-w-0 flex-col border-b border-b-line border-l bg-surface pr-7 pl-2 ${
        startsGroup ? "border-l-line-strong" : "border-l-line"
      } ${isPlace ? "justify-between pt-5 pb-1" : "justify-center"} ${roomWidth > 0 ? "z-21" : "z-20"}`}
      data-head={column.id}
    >
      {roomWidth > 0 && (
        <div
          aria-hidden
          className="pointer-events-none absolute top-0.5 left-0 px-2 text-muted text-xs"
          style={{ width: `${roomWidth * 100}%` }}
        >
          <span className="sticky left-16 inline-block max-w-full truncate">{roomName}</span>
        </div>
      )}
      {isPlace && <span className="sr-only">{roomName}</span>}
      {isPlace ? (
        <PlaceName name={name} />
      ) : (
        <span className="truncate font-semibold">
          {kind === "unassigned" ? t("board.unassigned") : kind === "staff" ? shortName(name) : name}
        </span>
      )}
      {!(isPlace && isTold) && (
        <span className="flex min-w-0 items-center gap-1.5 text-muted text-xs">
          <KindIcon kind={kind} />
          {times !== "" && <span className="tabular truncate">{times}</span>}
          {count > 0 && <span className="tabular -ml-0.5 shrink-0">· {count}</span>}
        </span>
      )}
      {isTold && <State state={state} time={until === null ? null : timeIn(zone, until)} isPlace={isPlace} />}
      {kind !== "unassigned" && kind !== "day" && (
        <button
          type="button"
          tabIndex={isTabStop ? 0 : -1}
          aria-label={t("away.menu", { name })}
          aria-haspopup="menu"
          className="absolute top-0 right-0 bottom-5 grid w-7 place-items-center text-muted hover:bg-hover hover:text-text"
          data-column-menu={column.id}
        >
          <EllipsisVertical aria-hidden size={16} />
        </button>
      )}
    </div>
  );
});

/** On two lines if need be. A long one is cut at the sides of the break, so that its end tells it from its neighbours. */
function PlaceName({ name }: { name: string }) {
  const [first, second] = halves(name);
  return (
    <span className="flex flex-wrap gap-x-1 font-semibold text-sm">
      <span className="max-w-full truncate">{first}</span>{" "}
      <span className="max-w-full truncate [direction:rtl]">
        <bdi>{second}</bdi>
      </span>
    </span>
  );
}

/** The form of the dot: free is full, busy is a ring, away is a line. */
const DOTS: Record<Availability["state"], string> = {
  free: "size-2 bg-accent",
  busy: "size-2 border-2 border-muted",
  off: "h-0.5 w-2 bg-muted",
  out: "h-0.5 w-2 bg-danger",
};

function State({
  state,
  time,
  isPlace,
}: {
  state: Availability["state"];
  time: string | null;
  isPlace: boolean;
}) {
  const { t } = useTranslation();
  const word = isPlace && state === "free" ? "freePlace" : state;
  return (
    <span
      className={`-mr-6 flex items-center gap-1.5 text-xs ${state === "free" ? "font-medium text-accent" : "text-muted"}`}
      data-state={state}
    >
      <span aria-hidden className={`shrink-0 rounded-full ${DOTS[state]}`} />
      <span className="tabular truncate">
        {time === null ? t(`board.state.${state}`) : t(`board.until.${word}`, { time })}
      </span>
    </span>
  );
}

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
