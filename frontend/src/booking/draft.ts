/** A booking that is being entered, and the requests that it becomes. Pure: no DOM, no clock, no language. */
import type {
  CustomerRead,
  Gender,
  GuestWish,
  SeriesCreate,
  TreatmentWish,
  VisitCreate,
} from "@/api/generated";

/** The most guests of a party, as the API has it. */
export const MOST_GUESTS = 6;
/** The fewest and the most visits of a series, as the API has it. */
export const FEWEST_VISITS = 2;
export const MOST_VISITS = 26;

export interface TreatmentDraft {
  variantId: string;
  addOnIds: string[];
  /** The therapist who is to do it. */
  therapistId: string | null;
  /** The guest asked for the therapist by name. Without it the desk chose. */
  isRequested: boolean;
  gender: Gender | null;
  bedId: string | null;
}

export interface GuestDraft {
  customer: CustomerRead | null;
  /** The name of a guest without a record. */
  name: string;
  treatments: TreatmentDraft[];
  /** The treatments were filled in as the guest had them before, and nobody touched them yet. */
  isUsual: boolean;
}

export interface Draft {
  guests: GuestDraft[];
  sameRoom: boolean;
  note: string;
  /** The party came without a booking. */
  isWalkIn: boolean;
  /** The instant at which a walk-in came that is written down afterwards, in milliseconds; null: the party begins now. */
  cameAt: number | null;
  /** The instant that the person pointed at on the board, in milliseconds; null: as soon as possible. */
  wanted: number | null;
  /** How the visit is repeated; null: once. */
  repeat: Repeat | null;
  /** What the person pointed at: it is the choice of the desk for the first guest. */
  place: Place | null;
}

export interface Repeat {
  everyWeeks: number;
  /** How many visits, the first one included. */
  count: number;
}

export interface Place {
  kind: "staff" | "bed";
  id: string;
  name: string;
}

export type Change =
  | { kind: "customer"; guest: number; customer: CustomerRead | null; name?: string }
  | { kind: "treatments"; guest: number; treatments: TreatmentDraft[] }
  /** What the customer usually has, if nothing was chosen meanwhile. */
  | { kind: "usual"; guest: number; customerId: string; treatments: TreatmentDraft[] }
  | { kind: "addTreatment"; guest: number; variantId: string }
  | { kind: "treatment"; guest: number; index: number; treatment: Partial<TreatmentDraft> }
  | { kind: "removeTreatment"; guest: number; index: number }
  | { kind: "addGuest" }
  | { kind: "removeGuest"; guest: number }
  | { kind: "sameRoom"; sameRoom: boolean }
  | { kind: "note"; note: string }
  | { kind: "walkIn"; isWalkIn: boolean; cameAt?: number | null }
  | { kind: "repeat"; repeat: Repeat | null }
  | { kind: "wanted"; wanted: number | null }
  /** An empty place of the board was pressed. */
  | { kind: "pointed"; wanted: number; isPast: boolean; place: Place | null }
  /** Any therapist, any bed: nothing else was free. */
  | { kind: "anyPlace" };

export function newDraft({ isWalkIn = false }: { isWalkIn?: boolean } = {}): Draft {
  return {
    guests: [newGuest()],
    sameRoom: false,
    note: "",
    isWalkIn,
    cameAt: null,
    wanted: null,
    repeat: null,
    place: null,
  };
}

function newGuest(treatments: TreatmentDraft[] = []): GuestDraft {
  return { customer: null, name: "", treatments, isUsual: false };
}

export function newTreatment(variantId: string): TreatmentDraft {
  return { variantId, addOnIds: [], therapistId: null, isRequested: false, gender: null, bedId: null };
}

export function reduce(draft: Draft, change: Change): Draft {
  switch (change.kind) {
    case "customer":
      // What was filled in is what the other customer usually has.
      return withGuest(draft, change.guest, ({ isUsual, treatments }) => ({
        customer: change.customer,
        name: change.name ?? "",
        treatments: isUsual ? [] : treatments,
        isUsual: false,
      }));
    case "treatments":
      return withTreatments(draft, change.guest, () => change.treatments);
    case "usual":
      return withGuest(draft, change.guest, (guest) =>
        guest.customer?.id === change.customerId && guest.treatments.length === 0
          ? { treatments: change.treatments, isUsual: change.treatments.length > 0 }
          : {},
      );
    case "addTreatment":
      return withTreatments(draft, change.guest, ({ isUsual, treatments }) => [
        ...(isUsual ? [] : treatments),
        newTreatment(change.variantId),
      ]);
    case "treatment": {
      const changed = withTreatments(draft, change.guest, ({ treatments }) =>
        treatments.map((treatment, index) =>
          index === change.index ? { ...treatment, ...change.treatment } : treatment,
        ),
      );
      // Who is chosen takes the place of the therapist whose column was pressed.
      const isChosen = change.treatment.therapistId !== undefined;
      const isPlaced = placeOf(draft, change.guest, change.index)?.kind === "staff";
      return isChosen && isPlaced ? { ...changed, place: null } : changed;
    }
    case "removeTreatment":
      return withTreatments(draft, change.guest, ({ treatments }) =>
        treatments.filter((_, index) => index !== change.index),
      );
    case "addGuest": {
      if (draft.guests.length >= MOST_GUESTS) return draft;
      // Who comes together mostly has the same; a therapist and a bed serve one guest at a time.
      const like = draft.guests.at(-1)?.treatments ?? [];
      const treatments = like.map(({ variantId, addOnIds }) => ({ ...newTreatment(variantId), addOnIds }));
      return { ...draft, guests: [...draft.guests, newGuest(treatments)] };
    }
    case "removeGuest":
      return { ...draft, guests: draft.guests.filter((_, index) => index !== change.guest) };
    case "sameRoom":
      return { ...draft, sameRoom: change.sameRoom };
    case "note":
      return { ...draft, note: change.note };
    case "walkIn":
      // Who is here now comes once.
      return {
        ...draft,
        isWalkIn: change.isWalkIn,
        cameAt: change.cameAt ?? null,
        repeat: change.isWalkIn ? null : draft.repeat,
      };
    case "repeat":
      return { ...draft, repeat: change.repeat };
    case "pointed": {
      // What is over cannot be booked: the guest came then, and was not written down.
      const { isPast: isWalkIn, place, wanted } = change;
      const cameAt = isWalkIn ? wanted : null;
      return {
        ...reduce(draft, { kind: "walkIn", isWalkIn, cameAt }),
        wanted: isWalkIn ? null : wanted,
        place,
      };
    }
    case "wanted":
      return { ...draft, wanted: change.wanted };
    case "anyPlace":
      return {
        ...draft,
        place: null,
        guests: draft.guests.map((guest) => ({
          ...guest,
          isUsual: false,
          treatments: guest.treatments.map((treatment) => ({
            ...treatment,
            therapistId: null,
            isRequested: false,
            gender: null,
            bedId: null,
          })),
        })),
      };
  }
}

function withGuest(draft: Draft, index: number, change: (guest: GuestDraft) => Partial<GuestDraft>): Draft {
  return {
    ...draft,
    guests: draft.guests.map((guest, number) => (number === index ? { ...guest, ...change(guest) } : guest)),
  };
}

/** Give a guest treatments that a person chose. */
function withTreatments(draft: Draft, index: number, change: (guest: GuestDraft) => TreatmentDraft[]): Draft {
  return withGuest(draft, index, (guest) => ({ treatments: change(guest), isUsual: false }));
}

/** Return the first guest without a treatment, or null when the party can be searched for. */
export function guestWithoutTreatment(draft: Draft): number | null {
  const index = draft.guests.findIndex(({ treatments }) => treatments.length === 0);
  return index === -1 ? null : index;
}

/** Return whether anything was entered that would be missed. */
export function hasContent(draft: Draft): boolean {
  return (
    draft.note !== "" ||
    draft.guests.length > 1 ||
    draft.guests.some((guest) => guest.customer !== null || guest.name !== "" || guest.treatments.length > 0)
  );
}

/** Return whether the party asks for more than its treatments: a therapist, a gender, a bed or one room. */
export function hasWishes(draft: Draft): boolean {
  return (
    draft.place !== null ||
    draft.guests.some(({ treatments }) =>
      treatments.some(
        ({ therapistId, gender, bedId }) => therapistId !== null || gender !== null || bedId !== null,
      ),
    )
  );
}

/** Return the place that the desk pointed at, for the treatment that it is for: the first of the first guest. */
export function placeOf(draft: Draft, guest: number, index: number): Place | null {
  return guest === 0 && index === 0 ? draft.place : null;
}

/** Return the therapist who is to do a treatment: who was chosen, or whose column was pressed. */
export function therapistOf({ therapistId }: TreatmentDraft, place: Place | null): string | null {
  return therapistId ?? (place?.kind === "staff" ? place.id : null);
}

function wishOf(treatment: TreatmentDraft, place: Place | null): TreatmentWish {
  const staffId = therapistOf(treatment, place);
  const bedId = treatment.bedId ?? (place?.kind === "bed" ? place.id : null);
  return {
    variant_id: treatment.variantId,
    ...(treatment.addOnIds.length > 0 ? { add_on_ids: treatment.addOnIds } : {}),
    ...(staffId === null ? {} : treatment.isRequested ? { therapist_id: staffId } : { assign_to: staffId }),
    ...(treatment.gender === null ? {} : { gender: treatment.gender }),
    ...(bedId === null ? {} : { bed_id: bedId }),
  };
}

/** Return what the party wishes, for a search of days and starts. */
export function wishesOf(draft: Draft): GuestWish[] {
  return draft.guests.map(({ treatments }, guest) => ({
    treatments: treatments.map((treatment, index) => wishOf(treatment, placeOf(draft, guest, index))),
  }));
}

/** Return the request that books the party. `start` is null for a walk-in, which came when the draft says so. */
export function bookingOf(
  draft: Draft,
  branchId: string,
  start: string | null,
  options: { hold?: boolean; allowSameTime?: boolean } = {},
): VisitCreate {
  const booker = draft.guests.find(({ customer }) => customer !== null)?.customer ?? null;
  const wishes = wishesOf(draft);
  return {
    branch_id: branchId,
    ...(start === null ? { walk_in: true } : { start }),
    ...(start === null && draft.cameAt ? { start: new Date(draft.cameAt).toISOString() } : {}),
    ...(booker === null ? {} : { customer_id: booker.id }),
    guests: draft.guests.map(({ customer, name }, index) => ({
      treatments: wishes[index]?.treatments ?? [],
      ...(customer === null ? {} : { customer_id: customer.id }),
      ...(customer === null && name !== "" ? { guest_name: name } : {}),
    })),
    ...(draft.sameRoom && draft.guests.length > 1 ? { same_room: true } : {}),
    ...(draft.note.trim() === "" ? {} : { note: draft.note.trim() }),
    ...(options.hold === true ? { hold: true } : {}),
    ...(options.allowSameTime === true ? { allow_same_time: true } : {}),
  };
}

/** Return the request that books the party again and again, or null when it comes once. */
export function seriesOf(
  draft: Draft,
  branchId: string,
  start: string,
  options: { allowSameTime?: boolean } = {},
): SeriesCreate | null {
  if (draft.repeat === null) return null;
  const { everyWeeks, count } = draft.repeat;
  return { visit: bookingOf(draft, branchId, start, options), repeat: { every_weeks: everyWeeks, count } };
}
