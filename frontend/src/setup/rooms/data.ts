/** The rooms, beds and devices of a branch, and their types, as the API has them. */
import { queryOptions, useQueries, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { call } from "@/api/client";
import {
  listResources,
  listResourceTypes,
  listRooms,
  type ResourceRead,
  type ResourceTypeRead,
  type RoomRead,
} from "@/api/generated";
import { type OpenedKind, toText } from "./opened";

export interface Places {
  rooms: RoomRead[];
  /** In use. */
  equipment: ResourceRead[];
  retired: ResourceRead[];
  types: ResourceTypeRead[];
}

const KEY = ["setup", "rooms"];

export const typesQuery = queryOptions({
  queryKey: [...KEY, "types"],
  queryFn: () => call(listResourceTypes()),
});

/** The beds and devices in use of all branches. */
export const allEquipmentQuery = queryOptions({
  queryKey: [...KEY, "equipment"],
  queryFn: () => call(listResources()),
});

function roomsQuery(branchId: string) {
  return queryOptions({
    queryKey: [...KEY, branchId],
    queryFn: () => call(listRooms({ query: { branch_id: branchId } })),
  });
}

function equipmentQuery(branchId: string, retired: boolean) {
  return queryOptions({
    queryKey: [...KEY, branchId, "equipment", retired],
    queryFn: () => call(listResources({ query: { branch_id: branchId, retired } })),
  });
}

export function usePlaces(branchId: string): {
  places: Places | undefined;
  error: unknown;
  retry: () => void;
} {
  const cache = useQueryClient();
  const [rooms, equipment, retired, types] = useQueries({
    queries: [
      roomsQuery(branchId),
      equipmentQuery(branchId, false),
      equipmentQuery(branchId, true),
      typesQuery,
    ],
  });
  const isKnown = rooms.data && equipment.data && retired.data && types.data;
  return {
    places: isKnown && {
      rooms: rooms.data,
      equipment: equipment.data,
      retired: retired.data,
      types: types.data,
    },
    error: rooms.error ?? equipment.error ?? retired.error ?? types.error,
    retry: () => void cache.invalidateQueries({ queryKey: KEY }),
  };
}

/** Return what reads all of it again, and the board's day, after a change. */
export function usePlacesChanged(): () => void {
  const cache = useQueryClient();
  return () => {
    void cache.invalidateQueries({ queryKey: KEY });
    void cache.invalidateQueries({ queryKey: ["board"] });
  };
}

/** Return what opens a panel, or closes it. */
export function useOpen(): { open: (kind: OpenedKind, id?: string) => void; close: () => void } {
  const navigate = useNavigate({ from: "/setup/rooms" });
  const to = (open: string | undefined) => void navigate({ search: (before) => ({ ...before, open }) });
  return { open: (kind, id) => to(toText(kind, id)), close: () => to(undefined) };
}
