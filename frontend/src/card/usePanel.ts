/** What is open beside the board, which is in the address: Back closes it, and a reload opens it again. */
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The step before shows the board without this panel: closing it is one step back. */
    isPanel?: true;
  }
}

export interface Panel {
  /** The id of an appointment. */
  card?: string;
  /** The appointments that cannot take place as booked. */
  solve?: true;
  /** The id of a therapist whose day is given to colleagues. */
  sick?: string;
}

export interface PanelState {
  panel: Panel;
  /** Open something, on another day if need be; nothing closes what is open. */
  open: (panel: Panel, day?: string) => void;
}

export function usePanel(): PanelState {
  const navigate = useNavigate();
  const { history } = useRouter();
  const { card, solve, sick } = useSearch({ from: "/desk/board" });
  const panel = useMemo(
    (): Panel => ({ ...(card && { card }), ...(solve && { solve }), ...(sick && { sick }) }),
    [card, solve, sick],
  );
  const latest = useRef(panel);
  latest.current = panel;
  const open = useCallback(
    (next: Panel, day?: string) => {
      const before = latest.current;
      if (next.card !== undefined && next.card === before.card) return;
      const isClosing = Object.keys(next).length === 0;
      // The way back does not fill with cards.
      if (isClosing && history.location.state.isPanel) {
        history.back();
        return;
      }
      const isReplaced = isClosing || (next.card !== undefined && before.card !== undefined);
      void navigate({
        to: "/desk/board",
        search: ({ card: _card, solve: _solve, sick: _sick, ...rest }) => ({
          ...rest,
          ...next,
          ...(day === undefined ? {} : { day }),
        }),
        replace: isReplaced,
        state: (state) => (isReplaced ? state : { ...state, isPanel: true as const }),
      });
    },
    [navigate, history],
  );
  return { panel, open };
}
