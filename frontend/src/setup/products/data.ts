/** Products and their stock, as the API has them. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api/client";
import { listProducts, listStockEntries, type StockEntryRead } from "@/api/generated";
import type { Placed } from "../treatments/menu";

const KEY = ["products"];
const PAGE = 20;

export function productsQuery(retired: boolean) {
  return queryOptions({
    queryKey: [...KEY, "list", retired],
    queryFn: () => call(listProducts({ query: { retired } })),
  });
}

/** What changed the stock of a product in a branch, page by page, the newest first. */
export function entriesQuery(branchId: string, productId: string) {
  return {
    queryKey: [...KEY, "entries", branchId, productId],
    queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) =>
      call(
        listStockEntries({
          query: {
            branch_id: branchId,
            product_id: productId,
            limit: PAGE,
            ...(pageParam && { cursor: pageParam }),
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next_cursor }: { items: StockEntryRead[]; next_cursor: string | null }) =>
      next_cursor,
  };
}

/** Return what has the products and their stock loaded again. */
export function useProductsChanged(): () => void {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: KEY });
}

/** Return what shows a new order before it is saved. */
export function useKeepOrder(): (placed: readonly Placed[]) => void {
  const cache = useQueryClient();
  return (placed) => {
    const positions = new Map(placed.map(({ id, position }) => [id, position]));
    cache.setQueryData(productsQuery(false).queryKey, (products) =>
      products
        ?.map((product) => ({ ...product, position: positions.get(product.id) ?? product.position }))
        .sort((one, other) => one.position - other.position || (one.key < other.key ? -1 : 1)),
    );
  };
}
