/** A treatment of a guest on the board. It says the guest, the time, the treatment and the status, as much as has room. */
import type { TFunction } from "i18next";
import { CircleAlert, CircleCheck, Heart, HeartPulse, ReceiptText, TriangleAlert, Users } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { TreatmentRead } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage, shortName } from "@/i18n/format";
import { type Card, type Direction, MIN_CARD_HEIGHT, offsetOf, type View } from "./layout";
import { isResizable } from "./move/hand";
import { nameOf } from "./move/names";
import { StatusIcon } from "./StatusIcon";
import type { Span } from "./spans";
import { LOOKS } from "./status";
import { countdown, MINUTE, timeIn } from "./time";
import { useNow } from "./useNow";

interface Props {
  card: Card;
  zone: string;
  /** Handed down: a hook in each card would take a fifth of the time to draw it. */
  t: TFunction;
  span: Span;
  scale: number;
  view: View;
  isTabStop: boolean;
  /** It is in the hand: here is where it was. */
  isLifted: boolean;
  /** The keys that do something with a card, for screen readers. */
  shortcuts: string | undefined;
  onOpen: (card: Card) => void;
  onFocus: (key: string) => void;
  onArrow: (key: string, direction: Direction) => void;
}

const ARROWS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};
/** From these heights a card has two, three, four and six lines. */
const TWO_LINES = 46;
const THREE_LINES = 64;
const FOUR_LINES = 84;
const SIX_LINES = 118;
/** The time stands at the right in a card that has room for it beside the word of the status, else before the treatment. The
    column says how wide it is: a question to each card would take most of the time to lay out a day. */
const TIME_AT_RIGHT = "tabular ml-auto hidden shrink-0 pl-1 text-xs";
const WIDE = [
  { right: `${TIME_AT_RIGHT} @min-[9rem]:inline`, left: "tabular @min-[9rem]:hidden" },
  { right: `${TIME_AT_RIGHT} @min-[18rem]:inline`, left: "tabular @min-[18rem]:hidden" },
] as const;
const NARROW = { right: TIME_AT_RIGHT, left: "tabular" };
/** A lower card has no edge that changes its length. */
const LOWEST_WITH_EDGE = 28;
/** The line between two cards that follow each other. */
const GAP = 1;

export const BoardCard = memo(function BoardCard(props: Props) {
  const { card, zone, t, span, scale, view, isTabStop, isLifted, shortcuts, onOpen, onFocus, onArrow } =
    props;
  const { appointment, treatment, guest } = card;
  const { card: look } = LOOKS[appointment.status];
  const name = nameOf(card) ?? t("card.anonymous");
  const service = inLanguage(treatment.name, currentLanguage());
  const height = Math.max(((card.end - card.start) / MINUTE) * scale, MIN_CARD_HEIGHT) - GAP;
  const isHeld = appointment.status === "held" && appointment.hold_expires_at !== null;
  const status = t(`statusShort.${appointment.status}`);
  // The guest's own time, which preparing and tidying up surround; of a later piece, when it begins.
  const start = Math.max(card.start, Date.parse(treatment.start));
  const startTime = timeIn(zone, start);
  const guests = card.visit.appointments.length;
  const others = namesOfOthers(treatment, view);
  const width = 100 / card.lanes;
  const time = WIDE[card.lanes - 1] ?? NARROW;

  return (
    <li
      className={`skip-unseen group absolute z-2 px-0.5 ${isLifted ? "opacity-45" : ""}`}
      style={{
        top: offsetOf(span, scale, card.start),
        height,
        left: `${card.lane * width}%`,
        width: `${width}%`,
      }}
    >
      <button
        type="button"
        tabIndex={isTabStop ? 0 : -1}
        data-card={card.key}
        data-status={appointment.status}
        data-party={guests > 1 ? card.visit.id : undefined}
        aria-haspopup="dialog"
        aria-keyshortcuts={shortcuts}
        className={`flex h-full w-full flex-col overflow-hidden rounded-sm border border-l-4 px-1.5 py-0.5 text-left text-sm focus-visible:z-10 ${look}`}
        onClick={() => onOpen(card)}
        onFocus={() => onFocus(card.key)}
        onKeyDown={(event) => {
          const direction = ARROWS[event.key];
          if (direction === undefined) return;
          event.preventDefault();
          onArrow(card.key, direction);
        }}
      >
        <span className="flex min-w-0 items-start gap-1">
          {height < TWO_LINES && <StatusIcon status={appointment.status} className="mt-0.5 shrink-0" />}
          {/* The given name is the last word: it wraps before it is cut. */}
          <span className={`font-semibold ${height >= FOUR_LINES ? "line-clamp-2 break-words" : "truncate"}`}>
            {name}
          </span>
          <Marks
            t={t}
            isStranded={card.isStranded}
            bill={card.bill}
            hasHealth={guest !== undefined && guest.contraindications !== ""}
            isRequested={treatment.therapist_id !== null}
            guests={guests}
          />
          {height < TWO_LINES && <span className={`${time.right} pt-px`}>{startTime}</span>}
        </span>
        {height < TWO_LINES && <span className="sr-only">{status}</span>}
        {height >= TWO_LINES && (
          <span className="flex min-w-0 items-center gap-1 text-xs">
            <StatusIcon status={appointment.status} className="shrink-0" />
            <span className="truncate font-medium">
              {isHeld ? <HoldLeft until={Date.parse(appointment.hold_expires_at ?? "")} /> : status}
            </span>
            <span className={time.right}>{startTime}</span>
          </span>
        )}
        <span className={serviceClass(height)}>
          <span className={time.left}>{startTime} </span>
          {service}
        </span>
        {height >= FOUR_LINES && others.length > 0 && (
          <span className="truncate text-xs">{others.join(" · ")}</span>
        )}
      </button>
      {height >= LOWEST_WITH_EDGE && isResizable(appointment.status) && (
        <span
          aria-hidden
          className="pointer-events-none absolute inset-x-0 bottom-px mx-auto hidden h-1 w-6 rounded-full bg-current opacity-40 group-hover:block"
        />
      )}
    </li>
  );
});

function serviceClass(height: number): string {
  if (height < THREE_LINES) return "sr-only";
  return height >= SIX_LINES ? "line-clamp-2 text-xs" : "truncate text-xs";
}

/** Return the bed and devices in a column of a therapist, and the therapists in a column of a bed. */
export function namesOfOthers({ allocations }: TreatmentRead, view: View): string[] {
  const others = allocations.filter(({ kind }) => (kind === "staff") !== (view === "staff"));
  return [...new Set(others.map(({ kind, name }) => (kind === "staff" ? shortName(name) : name)))];
}

function HoldLeft({ until }: { until: number }) {
  const { t } = useTranslation();
  return <span className="tabular">{t("card.holdLeft", { time: countdown(until - useNow(1000)) })}</span>;
}

/** How far a guest has paid. */
const BILLS = {
  open: ReceiptText,
  part: CircleAlert,
  rest: CircleAlert,
  paid: CircleCheck,
  refunded: ReceiptText,
};

function Marks({
  t,
  bill,
  isStranded,
  hasHealth,
  isRequested,
  guests,
}: { t: TFunction; bill: Card["bill"]; guests: number } & Record<
  "isStranded" | "hasHealth" | "isRequested",
  boolean
>) {
  const BillIcon = bill && BILLS[bill];
  return (
    <>
      {BillIcon && (
        <BillIcon
          role="img"
          aria-label={t(`card.bill.${bill}`)}
          size={13}
          className="shrink-0"
          data-bill={bill}
        />
      )}
      {isStranded && (
        <TriangleAlert role="img" aria-label={t("card.problem")} size={13} className="shrink-0" />
      )}
      {hasHealth && <HeartPulse role="img" aria-label={t("card.health")} size={13} className="shrink-0" />}
      {isRequested && (
        <Heart role="img" aria-label={t("card.requested")} size={12} className="shrink-0 fill-current" />
      )}
      {guests > 1 && (
        <Users role="img" aria-label={t("card.party", { count: guests })} size={13} className="shrink-0" />
      )}
    </>
  );
}
