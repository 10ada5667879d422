/** What can be done with the hold of the panel: confirm it, move it to another start, release it. */
import { useQueryClient } from "@tanstack/react-query";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { setVisitStatus, updateVisit, type VisitChanged } from "@/api/generated";

interface HoldOptions {
  held: VisitChanged | null;
  onHeld: (held: VisitChanged | null) => void;
  onConfirmed: (visit: VisitChanged) => void;
  onRefused: (error: unknown) => void;
}

export function useHold({ held, onHeld, onConfirmed, onRefused }: HoldOptions) {
  const cache = useQueryClient();
  const refuse = (error: unknown) => {
    if (error instanceof ApiError && error.code === "HOLD_EXPIRED") onHeld(null);
    void cache.invalidateQueries({ queryKey: ["starts"] });
    onRefused(error);
  };
  const status = useAction({
    send: ({ id, status }: { id: string; status: "confirmed" | "cancelled" }) =>
      call(setVisitStatus({ path: { visit_id: id }, body: { status } })),
    onDone: (visit, input) => {
      if (input.status === "confirmed") onConfirmed(visit);
      else onHeld(null);
      void cache.invalidateQueries({ queryKey: ["starts"] });
    },
    onRefused: refuse,
  });
  const moving = useAction({
    send: ({ id, start }: { id: string; start: string }) =>
      call(updateVisit({ path: { visit_id: id }, body: { start } })),
    onDone: onHeld,
    onRefused: refuse,
  });
  return {
    confirm: () => held !== null && status.run({ id: held.id, status: "confirmed" }),
    release: () => held !== null && status.run({ id: held.id, status: "cancelled" }),
    move: (start: string) => held !== null && moving.run({ id: held.id, start }),
    isRunning: status.isRunning || moving.isRunning,
  };
}
