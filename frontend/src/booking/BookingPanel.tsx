/** The panel in which a party is booked, beside the board: who, what, when; Enter books. */
import { Toggle } from "@base-ui/react/toggle";
import { useQueryClient } from "@tanstack/react-query";
import { Footprints, Plus, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { ApiError, sentenceOf } from "@/api/errors";
import type { BoardRead, BranchRead, CustomerRead, VisitChanged } from "@/api/generated";
import { isListOpen } from "@/app/keys";
import { dayIn, timeIn } from "@/board/time";
import { Button, buttonClass } from "@/design/Button";
import { dayName, relativeDayName } from "@/i18n/format";
import { ArrivalPart } from "./ArrivalPart";
import { BookingFooter } from "./BookingFooter";
import {
  bookingOf,
  type Change,
  type Draft,
  guestWithoutTreatment,
  hasContent,
  MOST_GUESTS,
  newDraft,
  placeOf,
  reduce,
  seriesOf,
} from "./draft";
import { type GuestInputs, GuestPart } from "./GuestPart";
import { NoteField } from "./NoteField";
import { type PastVisit, pastVisits, popularVariants, treatmentsOf, usualTreatments } from "./past";
import { startsQuery, useCatalogue, visitsQuery } from "./queries";
import { type Refusal, RefusalPart } from "./RefusalPart";
import { RepeatPart } from "./RepeatPart";
import { nearestStart } from "./starts";
import { closeBooking, forgetEntered, isHeld, keepEntered, openBooking, type Seed } from "./store";
import { CHIP } from "./styles";
import { useBook } from "./useBook";
import { useBookSeries } from "./useBookSeries";
import { useHold } from "./useHold";
import { useTimes } from "./useTimes";
import { Alert, WhenPart } from "./WhenPart";

interface Props {
  seed: Seed;
  branch: BranchRead;
  board: BoardRead | undefined;
  day: string;
  today: string;
  onDay: (day: string) => void;
}

export function BookingPanel({ seed, branch, board, day, today, onDay }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const zone = branch.time_zone;
  const [draft, change] = useReducer(reduce, seed, draftFrom);
  const [held, setHeld] = useState<VisitChanged | null>(seed.held ?? null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isTreatmentMissing, setTreatmentMissing] = useState(false);
  const { data: catalogue, error: catalogueError } = useCatalogue();
  const popular = useMemo(() => popularVariants(board), [board]);
  const times = useTimes({ draft, branch, board, day, today, heldId: held?.id ?? null });
  const inputs = useInputs(draft.guests.length);
  const submit = useRef<HTMLButtonElement>(null);
  const therapists = useMemo(() => new Map(board?.people.map(({ id, name }) => [id, name])), [board]);

  useEffect(() => keepEntered(draft, held), [draft, held]);
  const finish = () => {
    forgetEntered();
    closeBooking();
  };
  const edit = (next: Change) => {
    setRefusal(null);
    setTreatmentMissing(false);
    change(next);
  };
  const refuse = (error: unknown) => {
    const details = error instanceof ApiError ? error.details : [];
    const valuesOf = (type: string) =>
      details.flatMap((detail) => (detail.type === type ? (detail.value ?? []) : []));
    setRefusal({
      sentence: sentenceOf(t, error),
      alternatives: valuesOf("alternative").map(String),
      canBeSameTime: error instanceof ApiError && error.code === "SAME_TIME",
    });
  };
  const booking = useBook({
    zone,
    today,
    onBooked: (visit) => {
      if (isHeld(visit)) setHeld(visit);
      else finish();
    },
    onRefused: refuse,
  });
  const series = useBookSeries({ zone, today, onBooked: finish, onRefused: refuse });
  const ofHold = useHold({
    held,
    onHeld: setHeld,
    onRefused: refuse,
    onConfirmed: (visit) => {
      booking.tell(visit, guestName);
      finish();
    },
  });
  const isNow = draft.isWalkIn && draft.cameAt === null;
  const guestName = draft.guests[0]?.customer?.full_name ?? draft.guests[0]?.name ?? "";

  // The place to type is the first thing, and the place from which the panel was opened is the last.
  useEffect(() => {
    const opener = document.activeElement;
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  const isReady = catalogue !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the fields are there, and not again
  useEffect(() => {
    const first = inputs[0];
    if (isReady) (isNow ? first?.treatment : first?.customer)?.current?.focus();
  }, [isReady]);

  // Another place or another key was pressed while this is being entered.
  const lastSeed = useRef(seed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it was pressed
  useEffect(() => {
    if (lastSeed.current === seed || held !== null) return;
    lastSeed.current = seed;
    if (seed.pointed !== undefined) {
      edit({ kind: "pointed", ...seed.pointed });
      times.pick(null);
      submit.current?.focus();
    } else {
      if (seed.isWalkIn === true) edit({ kind: "walkIn", isWalkIn: true });
      inputs[0]?.customer.current?.focus();
    }
  }, [seed]);

  const chooseCustomer = async (guest: number, customer: CustomerRead) => {
    edit({ kind: "customer", guest, customer });
    requestAnimationFrame(() => submit.current?.focus());
    const visits = await cache
      .fetchQuery({ ...visitsQuery(customer.id), staleTime: 30_000 })
      .catch(() => null);
    const past = pastVisits(visits?.items ?? [], customer.id, Date.now());
    const treatments = usualTreatments(past, (id) => catalogue?.isSold(id) ?? false);
    change({ kind: "usual", guest, customerId: customer.id, treatments });
    // After the button: when the visits are known already, this comes before the frame.
    if (treatments.length === 0) requestAnimationFrame(() => inputs[guest]?.treatment.current?.focus());
  };

  const send = (start: string | null, options: { hold?: boolean; allowSameTime?: boolean } = {}) => {
    setRefusal(null);
    const repeated = start === null ? null : seriesOf(draft, branch.id, start, options);
    if (repeated !== null) series.book(repeated, guestName);
    else booking.book(bookingOf(draft, branch.id, start, options), guestName);
  };
  const book = (options: { hold?: boolean; allowSameTime?: boolean } = {}) => {
    const lacking = guestWithoutTreatment(draft);
    if (lacking !== null) {
      setTreatmentMissing(true);
      inputs[lacking]?.treatment.current?.focus();
    } else if (draft.isWalkIn) {
      send(null, options);
    } else if (times.start !== null) {
      send(times.start.start, options);
    }
  };

  /** Book what the guest had then, at the next free time. */
  const repeat = async (guest: number, { appointment }: PastVisit) => {
    const treatments = treatmentsOf(appointment, (id) => catalogue?.isSold(id) ?? false);
    const next = reduce(draft, { kind: "treatments", guest, treatments });
    edit({ kind: "treatments", guest, treatments });
    if (guestWithoutTreatment(next) !== null) return setTreatmentMissing(true);
    if (next.isWalkIn) return booking.book(bookingOf(next, branch.id, null), guestName);
    try {
      const guests = bookingOf(next, branch.id, null).guests.map(({ treatments: wishes }) => ({
        treatments: wishes,
      }));
      const found = await cache.fetchQuery(startsQuery({ ...times.search, guests }, day));
      const start = nearestStart(
        found.starts.map((candidate) => candidate.start),
        next.wanted,
      );
      // Without a free start the panel says why, and offers other days.
      if (start === null) submit.current?.focus();
      else booking.book(bookingOf(next, branch.id, start), guestName);
    } catch (error) {
      showFailure(sentenceOf(t, error));
    }
  };

  const close = () => {
    finish();
    if (held === null && hasContent(draft)) showDone(t("booking.closed"), () => openBooking({ draft }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape" && !isListOpen(event.target)) {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (held === null) book();
      else ofHold.confirm();
    }
  };
  const chooseStart = (start: string) => {
    setRefusal(null);
    const startDay = dayIn(zone, Date.parse(start));
    if (startDay !== day) onDay(startDay);
    times.pick(start);
    change({ kind: "walkIn", isWalkIn: false });
    change({ kind: "wanted", wanted: Date.parse(start) });
    if (held !== null) ofHold.move(start);
    else submit.current?.focus();
  };

  const isParty = draft.guests.length > 1;
  const title = `${relativeDayName(t, day, today) ?? ""} ${dayName(t, day, today)}`.trim();
  const instant = draft.isWalkIn ? draft.cameAt : draft.wanted;
  const time = instant !== null && dayIn(zone, instant) === day ? timeIn(zone, instant) : null;
  const reason =
    times.isReady && !times.isSearching && times.start === null
      ? times.error !== null
        ? sentenceOf(t, times.error)
        : (times.reasons[0]?.message ?? t("booking.noStart"))
      : null;
  return (
    <div
      role="dialog"
      aria-labelledby="booking-title"
      className="flex w-108 max-w-full shrink-0 flex-col border-line border-l bg-page"
      onKeyDown={onKeyDown}
      data-booking
    >
      <div className="flex items-center gap-2 border-line border-b bg-surface py-2 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 id="booking-title" className="font-semibold text-lg">
            {t(draft.isWalkIn && !isNow ? "booking.pastTitle" : "booking.title")}
          </h2>
          <p className="truncate text-muted text-sm">
            {[title, time, draft.place?.name].filter(Boolean).join(" · ")}
          </p>
        </div>
        <Toggle
          className={CHIP}
          pressed={draft.isWalkIn}
          disabled={held !== null}
          onPressedChange={(isWalkIn) => {
            edit({ kind: "walkIn", isWalkIn });
            if (isWalkIn && day !== today) onDay(today);
          }}
        >
          <Footprints aria-hidden size={15} />
          {t("booking.walkIn")}
        </Toggle>
        <button
          type="button"
          className={buttonClass("quiet", "icon")}
          onClick={close}
          aria-label={t("booking.close")}
        >
          <X aria-hidden size={18} />
        </button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">
        {catalogueError !== null && <Alert sentence={sentenceOf(t, catalogueError)} />}
        {catalogue !== undefined && (
          <fieldset disabled={held !== null} className="grid gap-3">
            <legend className="sr-only">{t("booking.party")}</legend>
            {draft.guests.map((guest, index) => (
              <GuestPart
                // biome-ignore lint/suspicious/noArrayIndexKey: a guest is known by the place in the party
                key={index}
                guest={guest}
                place={placeOf(draft, index, 0)}
                index={index}
                isParty={isParty}
                catalogue={catalogue}
                popular={popular}
                therapists={therapists}
                zone={zone}
                today={today}
                error={
                  isTreatmentMissing && guest.treatments.length === 0 ? t("booking.treatmentMissing") : null
                }
                inputs={inputs[index] ?? NO_INPUTS}
                change={edit}
                onCustomer={(customer) => void chooseCustomer(index, customer)}
                onRepeat={(past) => void repeat(index, past)}
              />
            ))}
            <div className="flex flex-wrap items-center gap-2">
              {draft.guests.length < MOST_GUESTS && (
                <Button
                  kind="quiet"
                  className="-ml-2 px-2 text-accent"
                  onClick={() => {
                    edit({ kind: "addGuest" });
                    requestAnimationFrame(() => inputs[draft.guests.length]?.customer.current?.focus());
                  }}
                >
                  <Plus aria-hidden size={16} />
                  {t("booking.addGuest")}
                </Button>
              )}
              {isParty && (
                <label className="flex min-h-9 items-center gap-2">
                  <input
                    type="checkbox"
                    className="size-4 accent-accent"
                    checked={draft.sameRoom}
                    onChange={(event) => edit({ kind: "sameRoom", sameRoom: event.target.checked })}
                  />
                  {t("booking.sameRoom")}
                </label>
              )}
            </div>
          </fieldset>
        )}
        {draft.isWalkIn && (
          <ArrivalPart
            cameAt={draft.cameAt}
            zone={zone}
            day={day}
            today={today}
            onCameAt={(cameAt) => edit({ kind: "walkIn", isWalkIn: true, cameAt })}
          />
        )}
        {times.isReady && (
          <WhenPart
            times={times}
            draft={draft}
            branch={branch}
            day={day}
            today={today}
            onDay={(next) => {
              setRefusal(null);
              onDay(next);
            }}
            onStart={chooseStart}
            onAnyone={() => edit({ kind: "anyPlace" })}
          />
        )}
        {times.isReady && held === null && (
          <RepeatPart
            draft={draft}
            branchId={branch.id}
            zone={zone}
            today={today}
            start={times.start?.start ?? null}
            onRepeat={(next) => edit({ kind: "repeat", repeat: next })}
          />
        )}
        <NoteField
          note={draft.note}
          isDisabled={held !== null}
          onNote={(note) => edit({ kind: "note", note })}
        />
      </div>
      {refusal !== null && (
        <RefusalPart
          refusal={refusal}
          zone={zone}
          day={day}
          today={today}
          onStart={chooseStart}
          onSameTime={() => book({ allowSameTime: true })}
        />
      )}
      <BookingFooter
        draft={draft}
        catalogue={catalogue}
        start={times.start}
        reason={reason}
        held={held}
        zone={zone}
        submit={submit}
        isBusy={booking.isRunning || series.isRunning || ofHold.isRunning}
        isWaiting={booking.isWaiting || series.isWaiting}
        isSearching={times.isSearching}
        onBook={() => book()}
        onHold={() => book({ hold: true })}
        onConfirm={ofHold.confirm}
        onRelease={ofHold.release}
        onExpired={() => {
          setHeld(null);
          setRefusal({ sentence: t("booking.holdExpired"), alternatives: [], canBeSameTime: false });
          void cache.invalidateQueries({ queryKey: ["starts"] });
        }}
      />
    </div>
  );
}

function draftFrom({ draft, isWalkIn = false, pointed }: Seed): Draft {
  const begun = { ...newDraft({ isWalkIn }), ...draft };
  return pointed === undefined ? begun : reduce(begun, { kind: "pointed", ...pointed });
}

const NO_INPUTS: GuestInputs = { customer: { current: null }, treatment: { current: null } };

function useInputs(count: number): GuestInputs[] {
  const inputs = useRef<GuestInputs[]>([]);
  while (inputs.current.length <= count) {
    inputs.current.push({ customer: { current: null }, treatment: { current: null } });
  }
  return inputs.current;
}
