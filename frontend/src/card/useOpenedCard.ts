/** The appointment that is opened, which is in the address: Back closes it, and a reload opens it again. */
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useRef } from "react";

export interface OpenedCard {
  id: string | undefined;
  /** Open an appointment, or close the one that is open. */
  open: (appointmentId: string | undefined) => void;
}

export function useOpenedCard(): OpenedCard {
  const navigate = useNavigate();
  const { history } = useRouter();
  const { card: id } = useSearch({ from: "/desk/board" });
  const latest = useRef(id);
  latest.current = id;
  // Opened here: closing is one step back, so that the way back does not fill with cards.
  const isOwn = useRef(false);
  const open = useCallback(
    (appointmentId: string | undefined) => {
      if (appointmentId === latest.current) return;
      if (appointmentId === undefined && isOwn.current) {
        isOwn.current = false;
        history.back();
        return;
      }
      const isFirst = latest.current === undefined;
      isOwn.current = isFirst ? true : isOwn.current;
      void navigate({
        to: "/desk/board",
        search: ({ card: _, ...rest }) =>
          appointmentId === undefined ? rest : { ...rest, card: appointmentId },
        replace: !isFirst,
      });
    },
    [navigate, history],
  );
  return { id, open };
}
