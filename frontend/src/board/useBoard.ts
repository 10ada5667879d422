/** A day of a branch, kept up to date by the stream.

    The day is in the query cache, where actions of other screens find it; the stream writes it. While the connection is
    away the last day stays, with the time at which it was right: the one of this page, or the one that the device has kept.
*/
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ApiError } from "@/api/errors";
import type { BoardChange, BoardRead } from "@/api/generated";
import { openStream } from "@/api/stream";
import { forgetKept, keepBoard } from "@/app/kept";
import { boardKey, boardQuery } from "./boardQuery";
import { applyChange } from "./change";

/** Milliseconds until a change is kept on the device, and until a day without changes is kept again. */
const KEEP_SOON = 1_000;
const KEEP_AGAIN = 60_000;
/** When this page was opened. */
export const OPENED_AT = Date.now();

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

export function useBoard(branchId: string, day: string): BoardState {
  const cache = useQueryClient();
  const { data, dataUpdatedAt, error, refetch } = useQuery({
    ...boardQuery(branchId, day),
    staleTime: Number.POSITIVE_INFINITY, // the stream keeps it right
  });
  const [connection, setConnection] = useState<Connection>("connecting");
  const [heardAt, setHeardAt] = useState(0);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const isAnswered = data !== undefined || error !== null;

  useEffect(() => {
    // The stream begins with the whole day: asked for at the same time, it would delay the answer.
    if (!isAnswered) return;
    setConnection("connecting");
    setHeardAt(0);
    setRefusal(null);
    return followBoard(cache, branchId, day, {
      onConnection: (isConnected, rightAt) => {
        setConnection(isConnected ? "live" : "stale");
        if (!isConnected) setHeardAt(rightAt);
      },
      onRefused: setRefusal,
    });
  }, [cache, branchId, day, isAnswered]);

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

interface Follower {
  /** The stream is there, or away. `rightAt`: when the day was last known to be right; 0 while it never was. */
  onConnection: (isConnected: boolean, rightAt: number) => void;
  /** The API refuses the day for good. */
  onRefused: (error: ApiError) => void;
}

/** Keep a day right in the cache and on the device by its stream. Return the function that ends it. */
export function followBoard(
  cache: QueryClient,
  branchId: string,
  day: string,
  { onConnection, onRefused }: Follower,
): () => void {
  const key = boardKey(branchId, day);
  let isLive = false;
  let wasAway = false;
  let rightAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
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
        const change = JSON.parse(text) as BoardChange;
        cache.setQueryData<BoardRead>(key, (before) =>
          before === undefined ? before : applyChange(before, change),
        );
        if (change.bills !== null) void cache.invalidateQueries({ queryKey: ["sale"] });
      }
      clearTimeout(timer);
      timer = setTimeout(keep, KEEP_SOON);
    },
    onConnection: (isConnected, lastHeardAt) => {
      if (isConnected || isLive) rightAt = lastHeardAt;
      onConnection(isConnected, rightAt);
      if (!isConnected) keep();
      // The rest of the screen is as old as the day was, or could not be loaded.
      if (isConnected && wasAway)
        void cache.invalidateQueries({ predicate: ({ queryKey: [name] }) => name !== "board" });
      isLive = isConnected;
      wasAway = !isConnected;
    },
    onRefused: (error) => {
      isLive = false;
      if (error.status === 403) void forgetKept();
      onRefused(error);
    },
  });
  return () => {
    close();
    keep();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", keep);
  };
}
