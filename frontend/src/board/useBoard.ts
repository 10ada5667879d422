/** A day of a branch, kept up to date by the stream.

    The day is in the query cache, where actions of other screens find it; the stream writes it. While the connection is
    away the last day stays, with the time at which it was right: the one of this page, or the one that the device has kept.
*/
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "@/api/client";
import { type ApiError, isAway } from "@/api/errors";
import { type BoardChange, type BoardRead, getBoard } from "@/api/generated";
import { openStream } from "@/api/stream";
import { forgetKept, keepBoard, keptBoard } from "@/app/kept";
import { applyChange } from "./change";

/** Milliseconds until a change is kept on the device, and until a day without changes is kept again. */
const KEEP_SOON = 1_000;
const KEEP_AGAIN = 60_000;
const OPENED_AT = Date.now();

export type Connection = "connecting" | "live" | "stale";

export interface BoardState {
  board: BoardRead | undefined;
  connection: Connection;
  /** When the day was last known to be right. */
  knownAt: number;
  /** It was kept by the device before this page was opened. */
  isKept: boolean;
  error: unknown;
  retry: () => void;
}

export function boardKey(branchId: string, day: string): readonly unknown[] {
  return ["board", branchId, day];
}

export function boardQuery(cache: QueryClient, branchId: string, day: string) {
  const queryKey = boardKey(branchId, day);
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }) => {
      try {
        return await call(getBoard({ path: { branch_id: branchId }, query: { day }, signal }));
      } catch (error) {
        const kept = isAway(error) ? await keptBoard<BoardRead>(branchId, day) : null;
        if (kept !== null && cache.getQueryData(queryKey) === undefined)
          cache.setQueryData(queryKey, kept.value, { updatedAt: kept.at });
        throw error;
      }
    },
  });
}

export function useBoard(branchId: string, day: string): BoardState {
  const cache = useQueryClient();
  const { data, dataUpdatedAt, error, refetch } = useQuery({
    ...boardQuery(cache, branchId, day),
    staleTime: Number.POSITIVE_INFINITY, // the stream keeps it right
  });
  const [connection, setConnection] = useState<Connection>("connecting");
  const [heardAt, setHeardAt] = useState(0);
  const [refusal, setRefusal] = useState<ApiError | null>(null);

  useEffect(() => {
    const key = boardKey(branchId, day);
    let isLive = false;
    let wasAway = false;
    let rightAt = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setConnection("connecting");
    setHeardAt(0);
    setRefusal(null);
    const keep = () => {
      clearTimeout(timer);
      timer = isLive ? setTimeout(keep, KEEP_AGAIN) : undefined;
      const board = isLive ? cache.getQueryData<BoardRead>(key) : undefined;
      // Not as of now: the laptop may have slept since.
      if (board !== undefined) void keepBoard(branchId, day, board, rightAt);
    };
    document.addEventListener("visibilitychange", keep);
    const close = openStream({
      url: `/api/v1/branches/${branchId}/board/stream?day=${day}`,
      onEvent: (event, text) => {
        if (event === "board") {
          cache.setQueryData(key, JSON.parse(text) as BoardRead);
        } else if (event === "changed") {
          cache.setQueryData<BoardRead>(key, (before) =>
            before === undefined ? before : applyChange(before, JSON.parse(text) as BoardChange),
          );
        }
        clearTimeout(timer);
        timer = setTimeout(keep, KEEP_SOON);
      },
      onConnection: (isConnected, lastHeardAt) => {
        setConnection(isConnected ? "live" : "stale");
        if (isConnected || isLive) rightAt = lastHeardAt;
        if (!isConnected) {
          setHeardAt(rightAt);
          keep();
        }
        // The rest of the screen is as old as the day was, or could not be loaded.
        if (isConnected && wasAway)
          void cache.invalidateQueries({ predicate: ({ queryKey: [name] }) => name !== "board" });
        isLive = isConnected;
        wasAway = !isConnected;
      },
      onRefused: (error) => {
        isLive = false;
        if (error.status === 403) void forgetKept();
        setRefusal(error);
      },
    });
    return () => {
      close();
      keep();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", keep);
    };
  }, [cache, branchId, day]);

  // Who may no longer see the board does not see the last one, either.
  return {
    board: refusal === null ? data : undefined,
    connection,
    knownAt: heardAt > 0 ? heardAt : dataUpdatedAt,
    isKept: connection !== "live" && dataUpdatedAt < OPENED_AT,
    error: refusal ?? error,
    retry: () => void refetch(),
  };
}
