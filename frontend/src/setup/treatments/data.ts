/** What the pages of the catalogue ask the API for. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api/client";
import { type DeskService, readDeskCatalogue } from "@/api/generated";
import type { Placed } from "./menu";

export const menuQuery = queryOptions({
  queryKey: ["catalogue", "owner"],
  queryFn: () => call(readDeskCatalogue()),
});

export function useMenu() {
  return useQuery(menuQuery);
}

/** Return what has the catalogue loaded again, here and at the desk. */
export function useMenuChanged(): () => void {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: ["catalogue"] });
}

/** Return what shows a treatment as the API has returned it, before the catalogue is loaded again. */
export function useKeepService(): (service: DeskService) => void {
  const cache = useQueryClient();
  const refresh = useMenuChanged();
  return (service) => {
    cache.setQueryData(menuQuery.queryKey, (menu) => {
      if (menu === undefined) return menu;
      const others = menu.services.filter(({ id }) => id !== service.id);
      return { ...menu, services: [...others, service] };
    });
    refresh();
  };
}

/** Return what shows a new order before it is saved. */
export function useKeepOrder(): (
  list: "categories" | "services" | "add_ons",
  placed: readonly Placed[],
) => void {
  const cache = useQueryClient();
  return (list, placed) => {
    const positions = new Map(placed.map(({ id, position }) => [id, position]));
    const inOrder = <Item extends Placed & { key: string }>(items: Item[]): Item[] =>
      items
        .map((item) => ({ ...item, position: positions.get(item.id) ?? item.position }))
        .sort((one, other) => one.position - other.position || (one.key < other.key ? -1 : 1));
    cache.setQueryData(menuQuery.queryKey, (menu) => {
      if (menu === undefined) return menu;
      if (list === "categories") return { ...menu, categories: inOrder(menu.categories) };
      if (list === "services") return { ...menu, services: inOrder(menu.services) };
      return { ...menu, add_ons: inOrder(menu.add_ons) };
    });
  };
}
