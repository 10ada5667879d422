/** What is loaded before it is needed: when the page is drawn and the browser has nothing else to do. */
import { useEffect } from "react";
import { whenIdle } from "./idle";

const loads = new Set<() => Promise<unknown>>();

export function addPreload(load: () => Promise<unknown>): void {
  loads.add(load);
}

/** Load everything that was added. What fails is loaded again when it is asked for. */
export function usePreload(): void {
  useEffect(
    () =>
      whenIdle(() => {
        for (const next of loads) next().then(() => loads.delete(next), ignore);
      }),
    [],
  );
}

function ignore(): void {}
