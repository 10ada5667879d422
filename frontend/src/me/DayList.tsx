/** The day in order: guests, breaks, blocked time, leave, the gaps between, and where the clock is. */
import {
  ChevronDown,
  Clock3,
  Coffee,
  HeartPulse,
  Lock,
  type LucideIcon,
  Palmtree,
  StickyNote,
  UserRoundCheck,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentStatus } from "@/api/generated";
import { MINUTE, spanIn, timeIn } from "@/board/time";
import { currentLanguage } from "@/i18n";
import { inLanguage, lengthOf } from "@/i18n/format";
import type { Agenda, Away, Entry, Guest, Shift } from "./agenda";
import { NeedToKnow, Places, StatusPill, Treatments } from "./facts";
import { StepButtons } from "./StepButtons";

interface Props {
  agenda: Agenda;
  /** The guest on top of the page, of whom all is told there. */
  next: Guest | undefined;
  /** Return the name of a branch where there are several. */
  nameOf: (branchId: string) => string | null;
  /** Null on another day. */
  now: number | null;
}

export function DayList({ agenda: { entries }, next, nameOf, now }: Props) {
  const isNowBefore = (entry: Entry, before: Entry | undefined) =>
    now !== null && entry.start > now && before !== undefined && before.start <= now;
  return (
    <ol className="flex flex-col gap-2">
      {entries.map((entry, index) => (
        <li key={`${entry.kind}/${entry.id}`} className="flex flex-col gap-2">
          {now !== null && isNowBefore(entry, entries[index - 1]) && <Now zone={entry.zone} now={now} />}
          <Row entry={entry} isNext={entry === next} nameOf={nameOf} />
        </li>
      ))}
    </ol>
  );
}

function Row({ entry, isNext, nameOf }: { entry: Entry; isNext: boolean } & Pick<Props, "nameOf">) {
  const { t } = useTranslation();
  switch (entry.kind) {
    case "guest":
      return <GuestRow guest={entry} isNext={isNext} branch={nameOf(entry.branchId)} />;
    case "shift":
      return <ShiftRow shift={entry} branch={nameOf(entry.branchId)} />;
    case "gap":
      return (
        <p className="tabular flex gap-3 px-1 text-muted text-sm">
          <span className="w-12 shrink-0 text-right">{timeIn(entry.zone, entry.start)}</span>
          <span className="min-w-0 flex-1 border-line-strong border-l border-dashed pl-3">
            {t("me.gap", { time: lengthOf(t, Math.round((entry.end - entry.start) / MINUTE)) })}
          </span>
        </p>
      );
    default:
      return <AwayRow away={entry} />;
  }
}

function GuestRow({ guest, isNext, branch }: { guest: Guest; isNext: boolean; branch: string | null }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const name = guest.name ?? t("card.anonymous");
  const isOver = guest.appointment.status === "completed";
  // All is told on top of the page, or nobody asks for it any more.
  const isShort = !isOpen && (isOver || isNext);
  return (
    <article
      data-guest={guest.id}
      data-status={guest.appointment.status}
      className={`overflow-hidden rounded-lg border bg-surface ${isNext ? "border-accent" : "border-line"}`}
    >
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex w-full items-stretch gap-3 p-3 text-left outline-offset-[-3px]"
      >
        <span className="tabular w-11 shrink-0 text-right">
          <span className="block font-semibold">{timeIn(guest.zone, guest.start)}</span>
          <span className="block text-muted text-sm">{timeIn(guest.zone, guest.end)}</span>
        </span>
        <span aria-hidden className={`w-1 shrink-0 rounded-full ${EDGES[guest.appointment.status] ?? ""}`} />
        <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-1">
          <span
            className={`min-w-0 flex-1 basis-32 break-words font-semibold text-lg ${isOver ? "text-muted" : ""}`}
          >
            {name}
          </span>
          {isShort && <StatusPill guest={guest} />}
          {!isShort && !isOpen && <Summary guest={guest} />}
          {!isShort && (
            <span className="flex w-full flex-wrap items-center gap-2">
              <StatusPill guest={guest} />
              {!isOpen && <Marks guest={guest} />}
            </span>
          )}
        </span>
        <ChevronDown
          aria-hidden
          size={18}
          className={`shrink-0 text-muted transition-transform ${isShort ? "self-center" : "mt-1"} ${isOpen ? "rotate-180" : ""}`}
        />
      </button>
      {isOpen && (
        <div className="flex flex-col gap-3 px-3 pb-3">
          <Treatments guest={guest} isLarge />
          {guest.spans.length > 1 && (
            <p className="tabular">
              {guest.spans.map(({ start, end }) => spanIn(guest.zone, start, end)).join(", ")}
            </p>
          )}
          <Places guest={guest} branch={branch} />
          <NeedToKnow guest={guest} />
          {!isNext && <StepButtons guest={guest} />}
        </div>
      )}
    </article>
  );
}

/** One line of what is done and where. */
function Summary({ guest }: { guest: Guest }) {
  const language = currentLanguage();
  const names = guest.treatments.map(({ name }) => inLanguage(name, language));
  return (
    <span className="w-full break-words text-muted">{[names.join(" + "), ...guest.places].join(" · ")}</span>
  );
}

/** Signs for what is told when the row is opened. */
function Marks({ guest }: { guest: Guest }) {
  const { t } = useTranslation();
  return (
    <>
      {guest.isRequested && <Mark icon={UserRoundCheck} text={t("card.requested")} tone="text-accent" />}
      {guest.health !== "" && <Mark icon={HeartPulse} text={t("card.health")} tone="text-danger" />}
      {guest.visit.note !== "" && <Mark icon={StickyNote} text={t("card.note")} tone="text-muted" />}
    </>
  );
}

function Mark({ icon: Icon, text, tone }: { icon: LucideIcon; text: string; tone: string }) {
  return (
    <span className={`inline-flex items-center gap-1 font-medium text-sm ${tone}`}>
      <Icon aria-hidden size={15} className="shrink-0" />
      {text}
    </span>
  );
}

function ShiftRow({ shift, branch }: { shift: Shift; branch: string | null }) {
  const { t } = useTranslation();
  return (
    <p className="tabular flex flex-wrap items-center gap-x-2 px-1 pt-1 font-medium text-muted text-sm">
      <Clock3 aria-hidden size={15} className="shrink-0" />
      {[t("me.shift", { span: spanIn(shift.zone, shift.start, shift.end) }), branch]
        .filter(Boolean)
        .join(" · ")}
    </p>
  );
}

function AwayRow({ away }: { away: Away }) {
  const { t } = useTranslation();
  const Icon = away.kind === "leave" ? Palmtree : away.reason === "break" ? Coffee : Lock;
  const word = away.reason === null ? t("board.leave") : t(`board.blockedFor.${away.reason}`);
  return (
    <div className="flex items-stretch gap-3 rounded-lg bg-sunken p-3">
      <p className="tabular w-11 shrink-0 text-right">
        <span className="block font-semibold">{timeIn(away.zone, away.start)}</span>
        <span className="block text-muted text-sm">{timeIn(away.zone, away.end)}</span>
      </p>
      <span aria-hidden className="w-1 shrink-0 rounded-full bg-line-strong" />
      <p className="min-w-0 flex-1">
        <span className="flex items-center gap-2 font-medium">
          <Icon aria-hidden size={16} className="shrink-0 text-muted" />
          {word}
        </span>
        {away.note !== "" && <span className="block break-words text-muted">{away.note}</span>}
      </p>
    </div>
  );
}

function Now({ zone, now }: { zone: string; now: number }) {
  const { t } = useTranslation();
  return (
    <p className="tabular flex items-center gap-2 font-semibold text-now text-sm">
      <span className="sr-only">{t("board.now")}</span>
      {timeIn(zone, now)}
      <span aria-hidden className="h-px flex-1 bg-now" />
    </p>
  );
}

/** The statuses of guests who come. */
const EDGES: Partial<Record<AppointmentStatus, string>> = {
  held: "bg-held-edge",
  pending: "bg-pending-edge",
  confirmed: "bg-confirmed-edge",
  arrived: "bg-arrived-edge",
  in_service: "bg-in-service-edge",
  completed: "bg-completed-edge",
  reopened: "bg-reopened-edge",
};
