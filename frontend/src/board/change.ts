/** Apply an event of the stream to a day. Pure. */
import type { BoardChange, BoardRead } from "@/api/generated";

/** Return the day with a change applied. What did not change stays the same object, so that React leaves it alone. */
export function applyChange(board: BoardRead, change: BoardChange): BoardRead {
  return {
    ...board,
    visits: merge(board.visits, change.visits, change.removed),
    guests: merge(board.guests, change.guests, []),
    opening_hours: change.opening_hours ?? board.opening_hours,
    people: change.people ?? board.people,
    rooms: change.rooms ?? board.rooms,
    stranded: change.stranded ?? board.stranded,
    released: change.released ?? board.released,
    bills: change.bills ?? board.bills,
  };
}

function merge<Item extends { id: string }>(before: Item[], changed: Item[], removed: string[]): Item[] {
  if (changed.length === 0 && removed.length === 0) return before;
  const byId = new Map(before.map((item) => [item.id, item]));
  for (const item of changed) byId.set(item.id, item);
  for (const id of removed) byId.delete(id);
  return [...byId.values()];
}
