/** Where a booking is to begin, and which places of the board are lit for it. The board and the panel meet here alone, so
    that a change of one does not draw the other. */
import { useSyncExternalStore } from "react";
import type { Draft } from "./draft";

export type Seed = Partial<Pick<Draft, "wanted" | "place" | "isWalkIn">> & {
  /** What was being entered, to go on with it. */
  draft?: Draft;
};

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

export function useGhosts(columnId: string): Ghost[] {
  return useSyncExternalStore(subscribe, () => state.ghosts.get(columnId) ?? NONE);
}
