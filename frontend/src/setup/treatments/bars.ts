/** The segments of a variant on an axis of minutes: who and what is needed when. Everything here is pure. */
import type { Segment } from "@/api/generated";

export type RowKind = "guest" | "staff" | "bed" | "device";

export interface Bar {
  /** Minutes from the beginning of the first segment. */
  start: number;
  minutes: number;
  /** While the guest is there; otherwise it is for preparation or cleaning. */
  isWithGuest: boolean;
}

export interface Row {
  kind: RowKind;
  /** The type of the bed or of the device. */
  typeId: string | null;
  bars: Bar[];
  /** Minutes in all. */
  minutes: number;
}

/** What a segment is for, told from what it needs and where it stands. */
export type Purpose = "treatment" | "rest" | "preparation" | "cleaning" | "pause";

/** Lengths that a guest is told are whole steps, as the API counts them. */
const STEP = 5;
const TICKS = [5, 10, 15, 30, 60, 120, 240];
const MOST_TICKS = 8;

/** Return the rows in which bars are drawn: the guest, the therapist, and one for each type of bed and device. */
export function rowsOf(segments: readonly Segment[]): Row[] {
  const rows: Row[] = (["guest", "staff"] as const).map((kind) => ({
    kind,
    typeId: null,
    bars: [],
    minutes: 0,
  }));
  for (const kind of ["bed", "device"] as const) {
    const types = new Set(segments.map((segment) => typeOf(segment, kind)));
    for (const typeId of types) if (typeId !== null) rows.push({ kind, typeId, bars: [], minutes: 0 });
  }
  let start = 0;
  for (const segment of segments) {
    for (const row of rows) {
      if (!needs(segment, row)) continue;
      row.bars.push({ start, minutes: segment.minutes, isWithGuest: isWithGuest(segment) });
      row.minutes += segment.minutes;
    }
    start += segment.minutes;
  }
  return rows;
}

function typeOf(segment: Segment, kind: "bed" | "device"): string | null {
  return (kind === "bed" ? segment.bed_type_id : segment.device_type_id) ?? null;
}

function needs(segment: Segment, { kind, typeId }: Row): boolean {
  if (kind === "guest") return isWithGuest(segment);
  if (kind === "staff") return segment.needs_staff;
  return typeOf(segment, kind) === typeId;
}

export function isWithGuest({ with_guest }: Segment): boolean {
  return with_guest !== false;
}

export function totalOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { minutes }) => sum + minutes, 0);
}

/** Return how long the guest stays: from the first segment with the guest to the last, in whole steps. */
export function guestMinutes(segments: readonly Segment[]): number {
  const first = segments.findIndex(isWithGuest);
  if (first < 0) return 0;
  const stay = totalOf(segments.slice(first, segments.findLastIndex(isWithGuest) + 1));
  return Math.ceil(stay / STEP) * STEP;
}

export function purposeOf(segments: readonly Segment[], index: number): Purpose {
  const segment = segments[index];
  if (segment === undefined || isWithGuest(segment))
    return segment?.needs_staff === false ? "rest" : "treatment";
  if (!segments.slice(0, index).some(isWithGuest)) return "preparation";
  return segments.slice(index + 1).some(isWithGuest) ? "pause" : "cleaning";
}

/** Return the minutes at which the axis has a mark, from 0 to the last whole one before the end. */
export function ticksOf(total: number): number[] {
  const step = TICKS.find((minutes) => total / minutes <= MOST_TICKS) ?? 360;
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
}

/** Return the segments with one more: the cleaning of what was used last, if there is none yet, otherwise a treatment. */
export function withSegment(segments: readonly Segment[]): Segment[] {
  const last = segments.at(-1);
  if (last === undefined || !isWithGuest(last))
    return [
      ...segments,
      {
        ...(last ?? { bed_type_id: null, device_type_id: null }),
        minutes: 30,
        needs_staff: true,
        with_guest: true,
      },
    ];
  return [...segments, { ...last, minutes: 10, needs_staff: false, with_guest: false }];
}

/** Return the segments with a preparation before them: of the bed, by the therapist, without the guest. */
export function withPreparation(segments: readonly Segment[]): Segment[] {
  const [first, ...others] = segments;
  if (first === undefined) return [];
  return [{ ...first, minutes: 10, needs_staff: true, with_guest: false }, first, ...others];
}
