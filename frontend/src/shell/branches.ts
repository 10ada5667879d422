/** The branch that a screen shows: the one in the address, else the last one on this device, else one where it is as late
    as on this device. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { call } from "@/api/client";
import { type BranchRead, listBranches } from "@/api/generated";
import { type User, useSession } from "@/api/session";
import { askOrKept } from "@/app/kept";
import { preferences } from "@/app/preferences";

const TEAM = new Set(["admin", "receptionist", "therapist"]);

export function worksSomewhere(user: User): boolean {
  return user.roles.some(({ role }) => TEAM.has(role));
}

/** Return the open branches in which a user works. */
export function branchesOf(user: User, branches: BranchRead[]): BranchRead[] {
  const roles = user.roles.filter(({ role }) => TEAM.has(role));
  return branches.filter(
    (branch) =>
      branch.closed_at === null && roles.some(({ branch_id }) => !branch_id || branch_id === branch.id),
  );
}

export const branchesQuery = queryOptions({
  queryKey: ["branches"],
  queryFn: () => askOrKept("branches", () => call(listBranches())),
  staleTime: 5 * 60_000,
});

export function useBranches(): {
  branches: BranchRead[];
  error: unknown;
  isPending: boolean;
  /** The spa has no branch yet, nor had one. */
  isEmpty: boolean;
  retry: () => void;
} {
  const session = useSession();
  const { data, error, isPending, refetch } = useQuery(branchesQuery);
  const branches = session.status === "signed-in" && data !== undefined ? branchesOf(session.user, data) : [];
  return { branches, error, isPending, isEmpty: data?.length === 0, retry: () => void refetch() };
}

/** Return whether the user books and moves guests in a branch: a therapist only looks at the board. */
export function useWorksAtDesk(branchId: string): boolean {
  const session = useSession();
  if (session.status !== "signed-in") return false;
  return session.user.roles.some(
    ({ role, branch_id }) =>
      (role === "admin" || role === "receptionist") && (!branch_id || branch_id === branchId),
  );
}

/** Return the branch that is shown, or undefined while it is not known. */
export function useBranch(): BranchRead | undefined {
  const { branches } = useBranches();
  const { branch } = useSearch({ strict: false });
  return branchToShow(branches, branch);
}

/** Return the branch of the branches of a user that is shown. `inAddress`: the id that the address has. */
export function branchToShow(branches: BranchRead[], inAddress: string | undefined): BranchRead | undefined {
  const wanted = inAddress ?? preferences.branch();
  const found = branches.find(({ id }) => id === wanted);
  if (found !== undefined || branches.length < 2) return found ?? branches[0];
  return branches.find(({ time_zone }) => canonical(time_zone) === canonical()) ?? branches[0];
}

const canonicalNames = new Map<string | undefined, string | undefined>();

/** Return the one name of a zone, by default that of this device: some browsers still say Asia/Saigon. */
function canonical(zone?: string): string | undefined {
  if (!canonicalNames.has(zone)) canonicalNames.set(zone, resolve(zone));
  return canonicalNames.get(zone);
}

function resolve(timeZone?: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return timeZone;
  }
}
