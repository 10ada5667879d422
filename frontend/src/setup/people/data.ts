/** All people of the spa, as the API has them. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api/client";
import { listStaff, type StaffRead } from "@/api/generated";

export const staffQuery = queryOptions({ queryKey: ["staff", "owner"], queryFn: () => call(listStaff()) });

export function useStaff() {
  return useQuery(staffQuery);
}

/** Return what shows people as the API has returned them, before all are loaded again. */
export function useKeepStaff(): (changed: readonly StaffRead[]) => void {
  const cache = useQueryClient();
  return (changed) => {
    const byId = new Map(changed.map((person) => [person.id, person]));
    cache.setQueryData(staffQuery.queryKey, (people) =>
      people?.map((person) => byId.get(person.id) ?? person),
    );
    void cache.invalidateQueries({ queryKey: ["staff"] });
  };
}
