/** What is said of a time and of who does it. Pure. */
import type { TFunction } from "i18next";
import { dayIn, timeIn } from "@/board/time";
import { dayName, shortName } from "@/i18n/format";

/** Return `14:30` for an instant on the shown day, and `Thứ Ba 1/12 14:30` for any other. */
export function momentName(
  t: TFunction,
  instant: number,
  { zone, today, shown }: { zone: string; today: string; shown: string },
): string {
  const day = dayIn(zone, instant);
  const time = timeIn(zone, instant);
  return day === shown ? time : `${dayName(t, day, today)} ${time}`;
}

/** Return the names of therapists, beds and devices, each once. */
export function placesOf(places: { kind: string; name: string }[]): string {
  return [...new Set(places.map(({ kind, name }) => (kind === "staff" ? shortName(name) : name)))].join(
    " · ",
  );
}
