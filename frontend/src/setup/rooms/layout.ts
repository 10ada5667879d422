/** The beds and devices of a branch, room by room. Everything here is pure. */
import type { BoardRead, OutageRead, ResourceRead, RoomRead } from "@/api/generated";

export interface RoomLayout {
  /** Null: what is in no room. */
  room: RoomRead | null;
  equipment: ResourceRead[];
}

/** Return every room, also an empty one, beds before devices, and at the end what is in no room. */
export function layOut(rooms: readonly RoomRead[], equipment: readonly ResourceRead[]): RoomLayout[] {
  const within = (id: string | null) =>
    equipment
      .filter(({ room_id }) => room_id === id)
      .sort((one, other) => one.kind.localeCompare(other.kind));
  const outside = within(null);
  return [
    ...rooms.map((room) => ({ room, equipment: within(room.id) })),
    ...(outside.length > 0 ? [{ room: null, equipment: outside }] : []),
  ];
}

/** Return the outage of each bed and device on the day of a board that is not over yet: the one now, or the next. */
export function outagesOf(board: BoardRead | undefined, now: number): Map<string, OutageRead> {
  const all = board?.rooms.flatMap(({ equipment }) => equipment) ?? [];
  return new Map(
    all.flatMap(({ id, outages }) => {
      const next = outages.find(({ end }) => Date.parse(end) > now);
      return next === undefined ? [] : [[id, next]];
    }),
  );
}

/** Return the beds and devices of a room that are called after it, as `Phòng 1 · 2` is, with their names once the room has
    another. */
export function renamed(
  room: RoomRead,
  name: string,
  equipment: readonly ResourceRead[],
): { id: string; name: string }[] {
  return equipment
    .filter((item) => item.room_id === room.id)
    .filter((item) => item.name === room.name || item.name.startsWith(`${room.name} · `))
    .map((item) => ({ id: item.id, name: name + item.name.slice(room.name.length) }));
}
