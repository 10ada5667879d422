/** What would be booked, said aloud when it changes, and the buttons that book, hold and confirm it. */
import { CornerDownLeft, Hourglass, LoaderCircle, TriangleAlert } from "lucide-react";
import { type RefObject, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { StartRead, VisitChanged } from "@/api/generated";
import { countdown, spanIn, timeIn } from "@/board/time";
import { useNow } from "@/board/useNow";
import { Button, buttonClass } from "@/design/Button";
import { money } from "@/i18n/format";
import type { Catalogue } from "./catalogue";
import { type Draft, guestWithoutTreatment } from "./draft";
import { placesOf } from "./told";

interface Props {
  draft: Draft;
  catalogue: Catalogue | undefined;
  start: StartRead | null;
  /** Why the party cannot come on the day; null: it can, or it is not known yet. */
  reason: string | null;
  held: VisitChanged | null;
  zone: string;
  submit: RefObject<HTMLButtonElement | null>;
  isBusy: boolean;
  isWaiting: boolean;
  isSearching: boolean;
  onBook: () => void;
  onHold: () => void;
  onConfirm: () => void;
  onRelease: () => void;
  onExpired: () => void;
}

export function BookingFooter(props: Props) {
  const { draft, catalogue, start, reason, held, zone, submit, isBusy, isWaiting, isSearching } = props;
  const { t } = useTranslation();
  const shown = held === null ? start : null;
  const time =
    held !== null
      ? timeIn(zone, Date.parse(held.appointments[0]?.start ?? ""))
      : start === null
        ? null
        : timeIn(zone, Date.parse(start.start));
  const name = draft.isWalkIn
    ? draft.cameAt === null
      ? t("booking.takeIn")
      : t("booking.writeDown", { time: timeIn(zone, draft.cameAt) })
    : time === null
      ? t("booking.book")
      : draft.repeat === null
        ? t("booking.bookAt", { time })
        : t("booking.bookSeries", { count: draft.repeat.count, time });
  const canBook =
    held !== null || start !== null || (draft.isWalkIn && guestWithoutTreatment(draft) === null);
  return (
    <div className="border-line border-t bg-surface px-4 py-3">
      <p role="alert" className="flex gap-2 text-danger text-sm empty:hidden" data-reason>
        {!canBook && reason !== null && (
          <>
            <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
            {reason}
          </>
        )}
      </p>
      <p role="status" className="min-h-[1.4em] text-sm empty:min-h-0" data-summary>
        {shown !== null && (
          <>
            <span className="tabular font-semibold">
              {spanIn(zone, Date.parse(shown.start), Date.parse(shown.end))}
            </span>
            {` · ${placesOf(shown.guests.flat().flatMap(({ assignments }) => assignments))}`}
          </>
        )}
        {!canBook && isSearching && t("booking.searchingStarts")}
        {!canBook && !isSearching && reason === null && t("booking.nothingChosen")}
        {draft.isWalkIn && canBook && t(draft.cameAt === null ? "booking.beginsNow" : "booking.writesDown")}
        {held !== null && <HoldLeft held={held} onExpired={props.onExpired} />}
      </p>
      <div className="mt-2 flex items-center gap-2">
        <span className="tabular mr-auto font-semibold">{money(priceOf(draft, catalogue))}</span>
        {held === null && !draft.isWalkIn && draft.repeat === null && (
          <Button onClick={props.onHold} aria-disabled={isBusy || start === null}>
            <Hourglass aria-hidden size={15} />
            {t("booking.hold")}
          </Button>
        )}
        {held !== null && (
          <Button onClick={props.onRelease} aria-disabled={isBusy}>
            {t("booking.release")}
          </Button>
        )}
        <button
          ref={submit}
          type="button"
          className={`${buttonClass("primary")} h-11 aria-disabled:opacity-60`}
          aria-disabled={isBusy || !canBook}
          onClick={() => {
            if (isBusy) return;
            if (held === null) props.onBook();
            else props.onConfirm();
          }}
          data-submit
        >
          {isBusy && <LoaderCircle aria-hidden size={16} className="animate-spin" />}
          {isWaiting ? t("booking.waiting") : held === null ? name : t("booking.confirm")}
          {!isBusy && <CornerDownLeft aria-hidden size={15} />}
        </button>
      </div>
    </div>
  );
}

function HoldLeft({ held, onExpired }: { held: VisitChanged; onExpired: () => void }) {
  const { t } = useTranslation();
  const until = Date.parse(held.appointments[0]?.hold_expires_at ?? "");
  const left = until - useNow(1000);
  const hasExpired = left <= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it expires, once
  useEffect(() => {
    if (hasExpired) onExpired();
  }, [hasExpired]);
  return (
    <span className="tabular font-semibold text-held-text" data-hold-left>
      {t("booking.holdLeft", { time: countdown(left) })}
    </span>
  );
}

function priceOf(draft: Draft, catalogue: Catalogue | undefined): number {
  let price = 0;
  for (const { variantId, addOnIds } of draft.guests.flatMap(({ treatments }) => treatments)) {
    const offer = catalogue?.byId.get(variantId);
    price += offer?.price ?? 0;
    for (const addOn of offer?.addOns ?? []) if (addOnIds.includes(addOn.id)) price += addOn.price;
  }
  return price;
}
