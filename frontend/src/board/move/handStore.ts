/** The card in the hand, outside of React's state: while it is carried, only what shows it is drawn again. */
import { useSyncExternalStore } from "react";
import type { PlacesRead } from "@/api/generated";
import type { Hand } from "./hand";

export interface HandState {
  hand: Hand | null;
  /** Keys, buttons and taps, or a pointer that is down. */
  by: "keys" | "pointer";
  /** Where it fits; null until the API has said so. */
  places: PlacesRead | null;
}

export interface HandStore {
  get: () => HandState;
  set: (change: Partial<HandState>) => void;
  subscribe: (listener: () => void) => () => void;
}

export const EMPTY: HandState = { hand: null, by: "keys", places: null };

export function createHandStore(): HandStore {
  let state = EMPTY;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (change) => {
      if (Object.entries(change).every(([name, value]) => state[name as keyof HandState] === value)) return;
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Return a part of the state. The component is drawn again when that part changes, and only then. */
export function useHand<Part>(store: HandStore, select: (state: HandState) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
