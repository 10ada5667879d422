/** Who or what is free now, and until when. Pure. */
import type { BoardRead } from "@/api/generated";
import type { Column, Shade } from "./layout";
import { gaps, type Span, spanOf } from "./spans";
import { MINUTE } from "./time";

export interface Availability {
  /** `out`: the bed or device is out of order. */
  state: "free" | "busy" | "off" | "out";
  /** When that ends; null: nobody knows, or not on this day. */
  until: number | null;
}

/** A time that is taken by a guest. */
export interface Occupied extends Span {
  /** The guest is in service, and nothing follows: it lasts until somebody says that it is done. */
  isOpenEnded: boolean;
}

/** A shorter gap is no time in which a guest could be taken. */
const SHORTEST = 15 * MINUTE;
const AWAY: readonly Shade["kind"][] = ["closed", "off", "leave", "outage"];

/** Return the times that are taken of each therapist, bed and device, whatever the board shows of them. */
export function occupiedTimes({ visits }: Pick<BoardRead, "visits">): Map<string, Occupied[]> {
  const times = new Map<string, Occupied[]>();
  for (const { status, end: last, treatments } of visits.flatMap(({ appointments }) => appointments)) {
    for (const { end, allocations } of treatments) {
      const isOpenEnded = status === "in_service" && Date.parse(end) >= Date.parse(last);
      for (const { resource_id, start, end } of allocations) {
        const time = { ...spanOf({ start, end }), isOpenEnded };
        times.set(resource_id, [...(times.get(resource_id) ?? []), time]);
      }
    }
  }
  return times;
}

/** Return whether a column is free at an instant of a day. What comes after the day is not known. */
export function availabilityOf(
  { shades }: Pick<Column, "shades">,
  occupied: readonly Occupied[],
  day: { start: string; end: string },
  now: number,
): Availability {
  const away = shades.filter(({ kind }) => AWAY.includes(kind));
  const [duty] = gaps(spanOf(day), away).filter(({ end }) => end > now);
  const isOnDuty = duty !== undefined && duty.start <= now;
  const taken = [
    ...occupied.map(({ start, end, isOpenEnded }) => ({
      start,
      end: isOpenEnded && end <= now ? Number.POSITIVE_INFINITY : end,
    })),
    ...shades.filter(({ kind }) => kind === "blocked"),
  ].sort((a, b) => a.start - b.start);
  if (!isOnDuty && !taken.some(({ start, end }) => start <= now && now < end)) {
    const isOut = away.some(({ kind, start, end }) => kind === "outage" && start <= now && now < end);
    return { state: isOut ? "out" : "off", until: duty?.start ?? null };
  }
  let busyUntil = now;
  for (const { start, end } of taken) if (start < busyUntil + SHORTEST) busyUntil = Math.max(busyUntil, end);
  const dutyEnd = isOnDuty ? duty.end : now;
  if (dutyEnd < Date.parse(day.end) && dutyEnd < busyUntil + SHORTEST)
    busyUntil = Math.max(busyUntil, dutyEnd);
  if (busyUntil > now) return { state: "busy", until: Number.isFinite(busyUntil) ? busyUntil : null };
  const next = taken.find(({ start }) => start > now)?.start ?? dutyEnd;
  return { state: "free", until: Math.min(next, dutyEnd) };
}
