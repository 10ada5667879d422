/** A therapist's day: their part of the board of every branch in which they work, kept right by the streams of these boards.

    Today is followed as well while another day is shown: the next guest is always known, and today is what the device keeps.
*/
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "@/api/client";
import { type ApiError, isAway } from "@/api/errors";
import { type BoardRead, listStaff, type StaffRead } from "@/api/generated";
import { useSession } from "@/api/session";
import { askOrKept } from "@/app/kept";
import { boardKey, boardQuery } from "@/board/boardQuery";
import { type Connection, followBoard, OPENED_AT } from "@/board/useBoard";

/** A browser opens six connections to a host without HTTP/2. */
const MOST_STREAMS = 4;
/** Milliseconds until a day without a stream is asked for again. */
const AGAIN = 30_000;

/** Return the record of the person who is signed in; null: the account belongs to nobody of the staff. */
export function useStaff(): { staff: StaffRead | null | undefined; error: unknown; retry: () => void } {
  const session = useSession();
  const userId = session.status === "signed-in" ? session.user.id : "";
  const { data, error, refetch } = useQuery({
    queryKey: ["me", "staff", userId],
    queryFn: () =>
      askOrKept("staff", async () => (await call(listStaff({ query: { user_id: userId } })))[0] ?? null),
    staleTime: 5 * 60_000,
  });
  return { staff: data, error, retry: () => void refetch() };
}

export interface DayState {
  /** Undefined until those of all branches are there. */
  boards: BoardRead[] | undefined;
  connection: Connection;
  /** When the whole day was last known to be right. */
  knownAt: number;
  /** It was kept by the device before this page was opened. */
  isKept: boolean;
  error: unknown;
  retry: () => void;
}

interface Stream {
  isLive: boolean;
  rightAt: number;
  refusal: ApiError | null;
}

export function useDay(branchIds: readonly string[], day: string, today: string): DayState {
  const isToday = day === today;
  const ofToday = branchIds.slice(0, MOST_STREAMS);
  const ofDay = isToday ? [] : branchIds.slice(0, MOST_STREAMS - ofToday.length);
  const streamsOfToday = useStreams(ofToday, today);
  const streamsOfDay = useStreams(ofDay, day);
  const followed = isToday ? ofToday : ofDay;
  const streamOf = (branchId: string) =>
    (isToday ? streamsOfToday : streamsOfDay)[boardKey(branchId, day).join("/")];
  const answers = useQueries({
    queries: branchIds.map((branchId) => ({
      ...boardQuery(branchId, day),
      ...(followed.includes(branchId)
        ? { staleTime: Number.POSITIVE_INFINITY } // the stream keeps it right
        : { refetchInterval: AGAIN }),
    })),
  });
  const streams = followed.flatMap((branchId) => streamOf(branchId) ?? []);
  const refusal = streams.find((stream) => stream.refusal !== null)?.refusal ?? null;
  const boards = answers.flatMap(({ data }) => data ?? []);
  const isStale = streams.some(({ isLive }) => !isLive) || answers.some(({ error }) => isAway(error));
  const times = branchIds.map((branchId, index) => {
    const { isLive = true, rightAt = 0 } = streamOf(branchId) ?? {};
    return !isLive && rightAt > 0 ? rightAt : (answers[index]?.dataUpdatedAt ?? 0);
  });
  return {
    boards: refusal === null && boards.length === branchIds.length ? boards : undefined,
    connection: isStale ? "stale" : streams.length < followed.length ? "connecting" : "live",
    knownAt: Math.min(...times),
    isKept: isStale && answers.some(({ dataUpdatedAt }) => dataUpdatedAt < OPENED_AT),
    error: refusal ?? answers.find(({ error }) => error !== null)?.error ?? null,
    retry: () => {
      for (const { refetch } of answers) void refetch();
    },
  };
}

/** Follow the boards of some branches. Return the state of each stream that has one, by the key of its board. */
function useStreams(branchIds: readonly string[], day: string): Record<string, Stream> {
  const cache = useQueryClient();
  const [streams, setStreams] = useState<Record<string, Stream>>({});
  const ids = branchIds.join(" ");
  useEffect(() => {
    setStreams({});
    const closes = ids
      .split(" ")
      .filter(Boolean)
      .map((branchId) => {
        const key = boardKey(branchId, day).join("/");
        const set = (change: Partial<Stream>) =>
          setStreams((before) => ({
            ...before,
            [key]: { ...(before[key] ?? { isLive: false, rightAt: 0, refusal: null }), ...change },
          }));
        return followBoard(cache, branchId, day, {
          onConnection: (isLive, rightAt) => set({ isLive, rightAt }),
          onRefused: (refusal) => set({ isLive: false, refusal }),
        });
      });
    return () => {
      for (const close of closes) close();
    };
  }, [cache, ids, day]);
  return streams;
}
