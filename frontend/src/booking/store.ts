/** Where a booking is to begin, and which places of the board are lit for it. The board and the panel meet here alone, so
    that a change of one does not draw the other. */
import { useSyncExternalStore } from "react";
import type { VisitChanged } from "@/api/generated";
import { setTyped, typed } from "@/app/typed";
import { type Change, type Draft, hasContent } from "./draft";

export type Seed = Partial<Pick<Draft, "isWalkIn">> & {
  /** The place of the board that was pressed. */
  pointed?: Omit<Extract<Change, { kind: "pointed" }>, "kind">;
  /** What was being entered, to go on with it. */
  draft?: Draft;
  /** The hold that was made for it. */
  held?: VisitChanged | null;
};

/** Return whether a visit is a hold that is not confirmed yet. */
export function isHeld({ appointments }: VisitChanged): boolean {
  return appointments.some(({ status }) => status === "held");
}

const ENTERED = "booking";

/** Keep what is being entered, for when the page is reloaded or left for a while. */
export function keepEntered(draft: Draft, held: VisitChanged | null): void {
  setTyped(ENTERED, held !== null || hasContent(draft) ? { draft, held } : null);
}

export function forgetEntered(): void {
  setTyped(ENTERED, null);
}

/** Go on with what was being entered, and with the hold that was made for it meanwhile. */
export function reopenEntered(held?: VisitChanged): void {
  const entered = typed<Seed>(ENTERED);
  if (entered !== null) openBooking(held === undefined ? entered : { ...entered, held });
}

export interface Ghost {
  start: number;
  end: number;
}

interface State {
  seed: (Seed & { id: number }) | null;
  ghosts: ReadonlyMap<string, Ghost[]>;
}

const NO_GHOSTS: ReadonlyMap<string, Ghost[]> = new Map();
const NONE: Ghost[] = [];
let state: State = { seed: null, ghosts: NO_GHOSTS };
let lastId = 0;
const listeners = new Set<() => void>();

function set(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begin a booking. While one is being entered it goes on: what was pointed at is its new place. */
export function openBooking(seed: Seed = {}): void {
  if (state.seed === null || seed.draft !== undefined) lastId += 1;
  set({ seed: { ...seed, id: lastId } });
}

export function closeBooking(): void {
  set({ seed: null, ghosts: NO_GHOSTS });
}

/** Light places of the board, by the id of their column. */
export function lightPlaces(ghosts: ReadonlyMap<string, Ghost[]>): void {
  set({ ghosts: ghosts.size === 0 ? NO_GHOSTS : ghosts });
}

export function useSeed(): State["seed"] {
  return useSyncExternalStore(subscribe, () => state.seed);
}

/** Return the lit places of all columns. */
export function useAllGhosts(): State["ghosts"] {
  return useSyncExternalStore(subscribe, () => state.ghosts);
}

export function useGhosts(columnId: string): Ghost[] {
  return useSyncExternalStore(subscribe, () => state.ghosts.get(columnId) ?? NONE);
}
