/** What is open beside the week, which is in the address: Back closes it, and a reload opens it again. */
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { isDay } from "@/board/time";

const PANELS = ["add", "shift", "weekly", "fill", "copy", "leave"] as const;

/** In the address it is `fill`, `shift/<id>` or `add/<id>/<day>`. */
export interface PanelSearch {
  panel?: (typeof PANELS)[number] | undefined;
  /** The id of the shift, or of the person whose weekly shifts or new shift it is. */
  id?: string | undefined;
  /** The day of a new shift. */
  on?: string | undefined;
}

function parsePanel(text = ""): PanelSearch {
  const [name, id, on] = text.split("/");
  return { panel: PANELS.find((known) => known === name), id, on: isDay(on) ? on : undefined };
}

export function useRosterPanel(): {
  panel: PanelSearch;
  open: (next: PanelSearch) => void;
  close: () => void;
} {
  const navigate = useNavigate();
  const { history } = useRouter();
  const { open: text } = useSearch({ from: "/setup/rosters" });
  const panel = useMemo(() => parsePanel(text), [text]);
  const isOpen = useRef(false);
  isOpen.current = panel.panel !== undefined;
  const open = useCallback(
    (next: PanelSearch) => {
      const isReplaced = isOpen.current;
      void navigate({
        to: "/setup/rosters",
        search: (before) => ({
          ...before,
          open: [next.panel, next.id, next.on].filter((part) => part !== undefined).join("/"),
        }),
        replace: isReplaced,
        state: (state) => (isReplaced ? state : { ...state, isPanel: true as const }),
      });
    },
    [navigate],
  );
  const close = useCallback(() => {
    if (history.location.state.isPanel) return history.back();
    void navigate({
      to: "/setup/rosters",
      search: (before) => ({ ...before, open: undefined }),
      replace: true,
    });
  }, [navigate, history]);
  return { panel, open, close };
}
