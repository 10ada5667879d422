/** What the API allows to do with a visit now. */
import { useQuery } from "@tanstack/react-query";
import { call } from "@/api/client";
import { type AppointmentSteps, getVisitSteps, type VisitRead } from "@/api/generated";

/** A no-show, for example, becomes possible without any change of the visit. */
const AGAIN = 30_000;

/** Return the query for what can be done with a visit now. Its key has what it depends on. */
export function stepsQuery(visit: VisitRead) {
  const state = visit.appointments.map(({ id, status, start }) => `${id}/${status}/${start}`);
  return {
    queryKey: ["steps", visit.id, ...state],
    queryFn: () => call(getVisitSteps({ path: { visit_id: visit.id } })),
    staleTime: AGAIN,
  };
}

export function useSteps(visit: VisitRead): AppointmentSteps[] {
  const { data } = useQuery({ ...stepsQuery(visit), refetchInterval: AGAIN });
  return data?.appointments ?? [];
}
