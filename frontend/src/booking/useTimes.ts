/** The days and the starts for what is entered, and the start that is chosen: the one that was pressed, else the nearest to
    what the person pointed at, else the first. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { BoardRead, BranchRead, StartRead } from "@/api/generated";
import { daysBetween } from "@/board/time";
import { type Draft, guestWithoutTreatment, wishesOf } from "./draft";
import { DAYS, daysQuery, type Search, startsQuery } from "./queries";
import { nearestStart } from "./starts";
import { type Ghost, lightPlaces } from "./store";

interface Options {
  draft: Draft;
  branch: BranchRead;
  board: BoardRead | undefined;
  day: string;
  today: string;
  /** The hold of this panel, whose own time counts as free. */
  heldId: string | null;
}

export function useTimes({ draft, branch, board, day, today, heldId }: Options) {
  const cache = useQueryClient();
  const [picked, setPicked] = useState<string | null>(null);
  const search: Search = {
    branchId: branch.id,
    guests: wishesOf(draft),
    sameRoom: draft.sameRoom && draft.guests.length > 1,
    insteadOf: heldId,
  };
  // Whether a party that is here can begin now says the answer to its booking: now is on no grid.
  const isReady = !draft.isWalkIn && guestWithoutTreatment(draft) === null;
  const distance = daysBetween(today, day);
  const firstDay = distance >= 0 && distance < DAYS ? today : day;
  const starts = useQuery({ ...startsQuery(search, day), enabled: isReady });
  const days = useQuery({ ...daysQuery(search, firstDay), enabled: isReady });

  // What another desk books or frees is on the board within a second: then the starts are others.
  useEffect(() => {
    if (board !== undefined) void cache.invalidateQueries({ queryKey: ["starts"] });
  }, [cache, board]);

  const found = starts.data?.starts ?? [];
  const instants = found.map(({ start }) => start);
  const chosen = picked !== null && instants.includes(picked) ? picked : nearestStart(instants, draft.wanted);
  const start = found.find((candidate) => candidate.start === chosen) ?? null;
  useLight(start);
  return {
    isReady,
    isSearching: isReady && starts.isPending,
    error: starts.error ?? days.error,
    starts: instants,
    /** The start that would be booked, with its therapists and beds. */
    start,
    reasons: starts.data?.reasons ?? [],
    firstDay,
    days: days.data?.days,
    nextDay: days.data?.days.find((entry) => entry.available && entry.day > day),
    search,
    pick: setPicked,
  };
}

/** Light on the board what a start would occupy. */
function useLight(start: StartRead | null): void {
  const key = start === null ? "" : JSON.stringify(start.guests);
  useEffect(() => {
    const ghosts = new Map<string, Ghost[]>();
    const guests = key === "" ? [] : (JSON.parse(key) as StartRead["guests"]);
    for (const treatment of guests.flat()) {
      const ghost = { start: Date.parse(treatment.start), end: Date.parse(treatment.end) };
      for (const { resource_id } of treatment.assignments) {
        ghosts.set(resource_id, [...(ghosts.get(resource_id) ?? []), ghost]);
      }
    }
    lightPlaces(ghosts);
  }, [key]);
}
