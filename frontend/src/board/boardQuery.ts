/** The request of a day of the board. Before the code of the board is there it is asked for, so that neither waits. */
import { queryOptions } from "@tanstack/react-query";
import { call, queryClient } from "@/api/client";
import { isAway } from "@/api/errors";
import { type BoardRead, getBoard } from "@/api/generated";
import { currentSession } from "@/api/session";
import { keptBoard } from "@/app/kept";
import { branchesOf, branchesQuery, branchToShow } from "@/shell/branches";
import type { BoardSearch } from "./search";
import { dayIn } from "./time";

export function boardKey(branchId: string, day: string): readonly unknown[] {
  return ["board", branchId, day];
}

export function boardQuery(branchId: string, day: string) {
  const queryKey = boardKey(branchId, day);
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      try {
        return await call(getBoard({ path: { branch_id: branchId }, query: { day }, signal }));
      } catch (error) {
        const kept = isAway(error) ? await keptBoard<BoardRead>(branchId, day) : null;
        if (kept !== null && client.getQueryData(queryKey) === undefined)
          // One that was kept by an older page has no bills.
          client.setQueryData(
            queryKey,
            { ...kept.value, bills: kept.value.bills ?? [] },
            { updatedAt: kept.at },
          );
        throw error;
      }
    },
  });
}

/** Ask for the day that an address of the board shows, unless it is known. A failure is for the board itself to meet. */
export async function preloadBoard({ branch: wanted, day }: BoardSearch): Promise<void> {
  const session = currentSession();
  if (session.status !== "signed-in") return;
  const branches = await queryClient.ensureQueryData(branchesQuery).catch(() => []);
  const branch = branchToShow(branchesOf(session.user, branches), wanted);
  if (branch === undefined) return;
  const query = boardQuery(branch.id, day ?? dayIn(branch.time_zone, Date.now()));
  await queryClient.ensureQueryData(query).catch(() => undefined);
}
