/** Read a stream of Server-Sent Events with the access token, for as long as a screen shows it.

    The browser's EventSource cannot send a token, and stops for ever at the first error; the generated reader stops when
    the server ends politely. This one connects again until it is closed: after the pause that the server asked for, after
    a back-off when it fails, and at once when the network or the screen comes back. A page that is hidden for a while has no
stream: a browser opens six connections to a host without HTTP/2, and a stream takes one.
*/
import { createParser } from "eventsource-parser";
import { ApiError, toApiError } from "./errors";
import { freshToken, renewToken } from "./session";

export interface StreamOptions {
  url: string;
  onEvent: (event: string, data: string) => void;
  /** The server sends something (true), or the connection is away and tried again (false). `heardAt`: when it last did. */
  onConnection: (isConnected: boolean, heardAt: number) => void;
  /** The API refuses the stream for good: the stream is closed. */
  onRefused: (error: ApiError) => void;
  /** For tests. */
  timing?: Partial<typeof TIMING>;
}

/** Milliseconds. */
export const TIMING = {
  firstPause: 500,
  longestPause: 10_000,
  /** The server sends something at least every 15 seconds. */
  silence: 40_000,
  /** A stream that was silent for so long is not trusted when the screen becomes visible again. */
  doubtful: 16_000,
  /** A page that is hidden for longer closes its stream. */
  hidden: 30_000,
  /** A gap up to this is not shown: a stream ends every ten minutes, and a new one follows. */
  grace: 3_000,
};

/** Statuses that stay when the request is sent again. */
const FINAL = new Set([401, 403, 404, 422]);

/** Open a stream. Returns the function that closes it. */
export function openStream(options: StreamOptions): () => void {
  const timing = { ...TIMING, ...options.timing };
  let isClosed = false;
  let attempt = new AbortController();
  let failures = 0;
  let retry = 0;
  let hadEvents = false;
  let heardAt = Date.now();
  let attemptAt = heardAt;
  let wake: (() => void) | null = null;
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  let graceTimer: ReturnType<typeof setTimeout> | undefined;

  const connected = () => {
    clearTimeout(graceTimer);
    graceTimer = undefined;
    options.onConnection(true, heardAt);
  };
  const disconnected = (grace: number) => {
    graceTimer ??= setTimeout(() => options.onConnection(false, heardAt), grace);
  };
  const reconnectNow = () => {
    attempt.abort();
    wake?.();
  };
  const onVisibility = () => {
    clearTimeout(hiddenTimer);
    if (document.visibilityState === "hidden") {
      hiddenTimer = setTimeout(() => attempt.abort(), timing.hidden);
    } else if (Date.now() - heardAt > timing.doubtful) {
      reconnectNow();
    }
  };
  const onOffline = () => {
    disconnected(0);
    attempt.abort();
  };
  addEventListener("online", reconnectNow);
  addEventListener("offline", onOffline);
  document.addEventListener("visibilitychange", onVisibility);
  const watchdog = setInterval(() => {
    if (Date.now() - Math.max(heardAt, attemptAt) > timing.silence) attempt.abort();
  }, timing.silence / 8);

  const close = () => {
    isClosed = true;
    clearTimeout(graceTimer);
    clearTimeout(hiddenTimer);
    clearInterval(watchdog);
    removeEventListener("online", reconnectNow);
    removeEventListener("offline", onOffline);
    document.removeEventListener("visibilitychange", onVisibility);
    reconnectNow();
  };

  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const read = async (signal: AbortSignal): Promise<void> => {
    const response = await request(options.url, signal);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) throw new ApiError("UNKNOWN", response.status);
    const parser = createParser({
      onEvent: ({ event, data }) => {
        hadEvents = true;
        connected();
        options.onEvent(event ?? "message", data);
      },
      // It says that the last event is still true.
      onComment: () => {
        if (hadEvents) connected();
      },
      onRetry: (milliseconds) => {
        retry = milliseconds;
      },
    });
    for (;;) {
      const { done, value } = await reader.read();
      heardAt = Date.now();
      if (done) return;
      parser.feed(value);
    }
  };

  const run = async (): Promise<void> => {
    while (!isClosed) {
      while (document.visibilityState === "hidden" && !isClosed) await pause(timing.hidden);
      attempt = new AbortController();
      attemptAt = Date.now();
      hadEvents = false;
      let hasEnded = false;
      try {
        await read(attempt.signal);
        hasEnded = true;
      } catch (error) {
        if (error instanceof ApiError && FINAL.has(error.status) && !isClosed) {
          close();
          options.onRefused(error);
        }
      }
      if (isClosed) return;
      if (document.visibilityState === "hidden") continue;
      disconnected(timing.grace);
      failures = hadEvents ? 0 : failures + 1;
      const backOff = Math.min(timing.firstPause * 2 ** failures, timing.longestPause);
      // A server that is stopped names a pause for each client, so that they do not come back at the same moment; without
      // one, half of the pause is random. A stream that ended without events was refused for a while.
      await pause(
        hasEnded && hadEvents ? retry : Math.max(hasEnded ? retry : 0, backOff * (0.5 + Math.random() / 2)),
      );
    }
  };

  void run();
  return close;
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  let token = await freshToken();
  for (let attempt = 0; ; attempt += 1) {
    if (token === null) throw new ApiError("SESSION_ENDED", 401);
    const response = await fetch(url, {
      headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}` },
      cache: "no-store",
      signal,
    });
    if (response.ok) return response;
    if (response.status !== 401 || attempt > 0) throw await toApiError(response);
    token = await renewToken({ refused: token });
  }
}
