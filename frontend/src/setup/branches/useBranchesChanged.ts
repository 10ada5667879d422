import { useQueryClient } from "@tanstack/react-query";
import { branchesQuery } from "@/shell/branches";

/** Return what reads the branches again, after one of them was changed. */
export function useBranchesChanged(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: branchesQuery.queryKey });
}
