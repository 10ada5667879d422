/** The proposal for the day of a therapist who is ill, as the board shows it: before or after. The panel writes it, and the
    layer over the columns reads it. `marksOf` is pure. */
import { useSyncExternalStore } from "react";
import type { PlannedTreatment, ReplanRead } from "@/api/generated";
import type { Column } from "@/board/layout";
import type { Span } from "@/board/spans";

export type Side = "before" | "after";

export interface ShownPlan {
  plan: ReplanRead;
  side: Side;
  /** The treatment that the panel points at: it is scrolled into view. */
  pointed: string | null;
}

export interface PlanMark extends Span {
  /** Where a guest is now and will not be, where nobody takes over, or where a guest would go. */
  kind: "leaves" | "unsolved" | "comes";
  columnId: string;
  row: PlannedTreatment;
  lane: number;
  lanes: number;
}

let shown: ShownPlan | null = null;
const listeners = new Set<() => void>();

export function showPlan(next: ShownPlan | null): void {
  shown = next;
  for (const listener of listeners) listener();
}

export function useShownPlan(): ShownPlan | null {
  return useSyncExternalStore(subscribe, () => shown);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Return what to mark on the columns, in the order of the proposal. A card that a filter hides is marked at the guest's
    time. */
export function marksOf(plan: ReplanRead, columns: readonly Column[]): PlanMark[] {
  return [...plan.treatments, ...plan.others].flatMap((row) => {
    const from = columns.find(({ id }) => id === row.before.id);
    const cards = from?.cards.filter(({ treatment }) => treatment.id === row.treatment_id) ?? [];
    const whole = { start: Date.parse(row.start), end: Date.parse(row.end), lane: 0, lanes: 1 };
    const pieces = cards.length > 0 ? cards : [whole];
    return pieces.flatMap(({ start, end, lane, lanes }): PlanMark[] => {
      const { before, after } = row;
      const here: PlanMark = {
        kind: after === null ? "unsolved" : "leaves",
        columnId: before.id,
        row,
        start,
        end,
        lane,
        lanes,
      };
      return after === null
        ? [here]
        : [here, { ...here, kind: "comes", columnId: after.id, lane: 0, lanes: 1 }];
    });
  });
}
