/** The legend, which is also the filter, and whether what is shown is right. */
import { CloudOff, EyeOff, Keyboard, LoaderCircle, Printer, Radio } from "lucide-react";
import { memo, useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentStatus, BoardRead } from "@/api/generated";
import { dayName } from "@/i18n/format";
import { LOOKS, STATUSES } from "./status";
import { dayIn, timeIn } from "./time";
import type { Connection } from "./useBoard";

interface Props {
  board: BoardRead | undefined;
  hidden: AppointmentStatus[];
  onHidden: (hidden: AppointmentStatus[]) => void;
  connection: Connection;
  knownAt: number;
  zone: string;
  today: string;
  /** Say what the keys do. */
  onHelp: () => void;
}

export function StatusBar(props: Props) {
  const { board, hidden, onHidden, connection, knownAt, zone, today, onHelp } = props;
  const { t } = useTranslation();
  const appointments = board?.visits.flatMap((visit) => visit.appointments) ?? [];
  const counts = new Map<AppointmentStatus, number>();
  for (const { status } of appointments) counts.set(status, (counts.get(status) ?? 0) + 1);
  const latest = useRef({ hidden, onHidden });
  latest.current = { hidden, onHidden };
  const toggle = useCallback((status: AppointmentStatus) => {
    const { hidden, onHidden } = latest.current;
    onHidden(hidden.includes(status) ? hidden.filter((other) => other !== status) : [...hidden, status]);
  }, []);
  return (
    <div className="flex h-11 shrink-0 items-center gap-3 border-line border-t bg-surface pr-4 pl-3">
      <ul aria-label={t("board.legend")} className="flex min-w-0 flex-1 gap-1 overflow-x-auto py-1">
        {STATUSES.filter((status) => counts.has(status)).map((status) => (
          <LegendItem
            key={status}
            status={status}
            count={counts.get(status) ?? 0}
            isHidden={hidden.includes(status)}
            onPress={toggle}
          />
        ))}
      </ul>
      {board !== undefined && appointments.length === 0 && (
        <span className="shrink-0 text-muted text-sm">{t("board.emptyDay")}</span>
      )}
      {board !== undefined && appointments.length > 0 && (
        <span className="shrink-0 text-muted text-sm max-lg:hidden">
          {t("board.appointments", { count: appointments.length })}
        </span>
      )}
      <ConnectionState
        connection={connection}
        knownAt={board === undefined ? null : knownAt}
        zone={zone}
        today={today}
      />
      {board !== undefined && (
        <button
          type="button"
          aria-label={t("print.print")}
          title={t("print.print")}
          className="grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-text"
          onClick={() => print()}
        >
          <Printer aria-hidden size={17} />
        </button>
      )}
      <button
        type="button"
        aria-label={t("opened.keys.title")}
        title={t("opened.keys.title")}
        className="grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-text pointer-coarse:hidden"
        onClick={onHelp}
      >
        <Keyboard aria-hidden size={17} />
      </button>
    </div>
  );
}

interface LegendProps {
  status: AppointmentStatus;
  count: number;
  isHidden: boolean;
  onPress: (status: AppointmentStatus) => void;
}

const LegendItem = memo(function LegendItem({ status, count, isHidden, onPress }: LegendProps) {
  const { t } = useTranslation();
  const { icon: Icon, card } = LOOKS[status];
  return (
    <li className="shrink-0">
      <button
        type="button"
        aria-pressed={!isHidden}
        className="flex h-8 items-center gap-1.5 rounded-md px-2 text-sm hover:bg-hover aria-[pressed=false]:text-muted"
        onClick={() => onPress(status)}
      >
        <span
          className={`grid size-5 place-items-center rounded-sm border ${isHidden ? "border-line-strong" : card}`}
        >
          {isHidden ? <EyeOff aria-hidden size={12} /> : <Icon aria-hidden size={12} />}
        </span>
        <span className={isHidden ? "line-through" : ""}>{t(`statusShort.${status}`)}</span>
        <span className="tabular text-muted">{count}</span>
      </button>
    </li>
  );
});

interface ConnectionStateProps {
  connection: Connection;
  /** When what is shown was right; null: nothing is shown. */
  knownAt: number | null;
  zone: string;
  today: string;
}

export function ConnectionState({ connection, knownAt, zone, today }: ConnectionStateProps) {
  const { t } = useTranslation();
  const isStale = connection === "stale";
  return (
    <p
      role="status"
      className={`flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-sm ${
        isStale ? "bg-warning-soft font-medium text-warning" : "text-muted"
      }`}
    >
      <ConnectionIcon connection={connection} />
      {isStale && t("board.stale")}
      {isStale && knownAt !== null && <span>{t("board.staleSince", { time: momentOf(knownAt) })}</span>}
      {connection === "live" && t("board.live")}
      {connection === "connecting" && t("board.connecting")}
    </p>
  );

  /** The day is named when it is not today: a laptop was closed overnight. */
  function momentOf(instant: number): string {
    const day = dayIn(zone, instant);
    const time = timeIn(zone, instant);
    return day === today ? time : `${time} ${dayName(t, day, today)}`;
  }
}

function ConnectionIcon({ connection }: { connection: Connection }) {
  if (connection === "live") return <Radio aria-hidden size={15} className="text-accent" />;
  if (connection === "stale") return <CloudOff aria-hidden size={15} />;
  return <LoaderCircle aria-hidden size={15} className="animate-spin" />;
}
