/** Course plans, as the API has them. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api/client";
import { listCoursePlans } from "@/api/generated";

export const plansQuery = queryOptions({
  // Not that of the till: it keeps the plans that are sold.
  queryKey: ["coursePlans", "owner"],
  queryFn: () => call(listCoursePlans()),
});

/** Return what has the plans loaded again, here and at the till. */
export function usePlansChanged(): () => void {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: ["coursePlans"] });
}
