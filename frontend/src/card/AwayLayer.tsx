/** What belongs to the columns of the board: their menus, and the shades that say why somebody or something is not there. */
import { type RefObject, useEffect, useState } from "react";
import type { BoardRead } from "@/api/generated";
import { deferred } from "@/app/deferred";
import { type Away, awaysOf } from "./away";

const AwayDialog = deferred(async () => (await import("./AwayDialog")).AwayDialog);
const ColumnMenu = deferred(async () => (await import("./ColumnMenu")).ColumnMenu);

interface Props {
  board: BoardRead;
  surface: RefObject<HTMLElement | null>;
  onSick: (staffId: string) => void;
}

export function AwayLayer({ board, surface, onSick }: Props) {
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  const [away, setAway] = useState<Away | null>(null);
  useEffect(() => {
    const element = surface.current;
    const press = ({ target }: MouseEvent) => {
      if (!(target instanceof Element)) return;
      const head = target.closest<HTMLElement>("[data-column-menu]");
      if (head !== null) setMenu(head);
      const shade = target.closest<HTMLElement>("[data-away]");
      if (shade?.dataset.away !== undefined)
        setAway(awaysOf(board).find(({ existing }) => existing?.id === shade.dataset.away) ?? null);
    };
    // One Tab leads to the heads of the columns, and arrows lead on: the cards are one more Tab away.
    const move = (event: KeyboardEvent) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const head = event.target instanceof Element && event.target.closest<HTMLElement>("[data-column-menu]");
      if (!head || step === undefined) return;
      const heads = [...(element?.querySelectorAll<HTMLElement>("[data-column-menu]") ?? [])];
      event.preventDefault();
      heads[heads.indexOf(head) + step]?.focus();
    };
    element?.addEventListener("click", press);
    element?.addEventListener("keydown", move);
    return () => {
      element?.removeEventListener("click", press);
      element?.removeEventListener("keydown", move);
    };
  }, [surface, board]);
  const column = menu === null ? undefined : findColumn(board, menu.dataset.columnMenu ?? "");
  return (
    <>
      {menu !== null && column !== undefined && (
        <ColumnMenu
          column={column}
          zone={board.time_zone}
          present={awaysOf(board).filter(({ resourceId }) => resourceId === column.id)}
          onEdit={setAway}
          anchor={menu}
          onSick={onSick}
          onAway={(kind) => setAway({ kind, resourceId: column.id, name: column.name })}
          onClose={() => setMenu(null)}
        />
      )}
      {away !== null && <AwayDialog board={board} away={away} onClose={() => setAway(null)} />}
    </>
  );
}

function findColumn(
  board: BoardRead,
  id: string,
): { id: string; name: string; isStaff: boolean } | undefined {
  const person = board.people.find((one) => one.id === id);
  if (person !== undefined) return { id, name: person.name, isStaff: true };
  const equipment = board.rooms.flatMap((room) => room.equipment).find((one) => one.id === id);
  return equipment && { id, name: equipment.name, isStaff: false };
}
