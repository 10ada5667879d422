/** A day of a branch, kept up to date by the stream.

    The day is in the query cache, where actions of other screens find it; the stream writes it. While the connection is
    away the last day stays, with the time at which it was right.
*/
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { type BoardChange, type BoardRead, getBoard } from "@/api/generated";
import { openStream } from "@/api/stream";
import { applyChange } from "./change";

export type Connection = "connecting" | "live" | "stale";

export interface BoardState {
  board: BoardRead | undefined;
  connection: Connection;
  /** When the day was last known to be right. */
  knownAt: number;
  error: unknown;
  retry: () => void;
}

export function boardKey(branchId: string, day: string): readonly unknown[] {
  return ["board", branchId, day];
}

export function useBoard(branchId: string, day: string): BoardState {
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: boardKey(branchId, day),
    queryFn: ({ signal }) => call(getBoard({ path: { branch_id: branchId }, query: { day }, signal })),
    staleTime: Number.POSITIVE_INFINITY, // the stream keeps it right
  });
  const [connection, setConnection] = useState<Connection>("connecting");
  const [knownAt, setKnownAt] = useState(Date.now);
  const [refusal, setRefusal] = useState<ApiError | null>(null);

  useEffect(() => {
    const key = boardKey(branchId, day);
    setConnection("connecting");
    setRefusal(null);
    return openStream({
      url: `/api/v1/branches/${branchId}/board/stream?day=${day}`,
      onEvent: (event, text) => {
        if (event === "board") {
          cache.setQueryData(key, JSON.parse(text) as BoardRead);
        } else if (event === "changed") {
          cache.setQueryData<BoardRead>(key, (before) =>
            before === undefined ? before : applyChange(before, JSON.parse(text) as BoardChange),
          );
        }
      },
      onConnection: (isConnected, heardAt) => {
        setConnection(isConnected ? "live" : "stale");
        if (!isConnected) setKnownAt(heardAt);
      },
      onRefused: setRefusal,
    });
  }, [cache, branchId, day]);

  // Who may no longer see the board does not see the last one, either.
  return {
    board: refusal === null ? data : undefined,
    connection,
    knownAt,
    error: refusal ?? error,
    retry: () => void refetch(),
  };
}
