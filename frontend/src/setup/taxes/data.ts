/** The tax categories, as the API has them. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api/client";
import { listTaxCategories } from "@/api/generated";

export const taxesQuery = queryOptions({
  queryKey: ["setup", "taxes"],
  queryFn: () => call(listTaxCategories()),
});

/** Return what has the categories loaded again. */
export function useTaxesChanged(): () => void {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: taxesQuery.queryKey });
}
