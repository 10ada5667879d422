/** The stream reader against a server that does what servers and networks do (case 13). */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const session = vi.hoisted(() => ({
  token: "first" as string | null,
  freshToken: vi.fn(),
  renewToken: vi.fn(),
}));
vi.mock("./session", () => ({ freshToken: session.freshToken, renewToken: session.renewToken }));

const { openStream, TIMING } = await import("./stream");

/** A stream that the test writes to and ends. */
function live() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  return {
    response: () => new Response(readable, { headers: { "Content-Type": "text/event-stream" } }),
    send: (text: string) => void writer.write(encoder.encode(text)),
    end: () => void writer.close(),
    break: () => void writer.abort(new Error("connection reset")),
  };
}

const refused = (status: number) =>
  new Response(JSON.stringify({ status: "error", error: { code: "X", message: "…" } }), { status });

let answers: (() => Response | Promise<Response>)[];
let requests: { authorization: string | null; at: number }[];
let events: string[];
let connections: boolean[];
let refusals: number[];
let heard: number;
let close: () => void;
const page = new EventTarget() as EventTarget & { visibilityState: string };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [answers, requests, events, connections, refusals] = [[], [], [], [], []];
  session.freshToken.mockImplementation(async () => session.token);
  session.renewToken.mockImplementation(async () => session.token);
  session.token = "first";
  page.visibilityState = "visible";
  const network = new EventTarget();
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", network.addEventListener.bind(network));
  vi.stubGlobal("removeEventListener", network.removeEventListener.bind(network));
  vi.stubGlobal("dispatchEvent", network.dispatchEvent.bind(network));
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    requests.push({ authorization: new Headers(init.headers).get("Authorization"), at: Date.now() });
    const answer = await (answers.shift() ?? (() => Promise.reject(new TypeError("network"))))();
    const body = answer.body;
    if (body === null || !answer.ok) return answer;
    // As a browser does: an aborted request breaks its body.
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
    aborted.catch(() => {});
    const reader = body.getReader();
    return new Response(
      new ReadableStream({
        async pull(controller) {
          const { done, value } = await Promise.race([reader.read(), aborted]);
          if (done) controller.close();
          else controller.enqueue(value);
        },
      }),
    );
  });
});

afterEach(() => {
  close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open() {
  close = openStream({
    url: "/stream",
    onEvent: (event, data) => events.push(`${event} ${data}`),
    onConnection: (isConnected, heardAt) => {
      connections.push(isConnected);
      heard = heardAt;
    },
    onRefused: ({ status }) => refusals.push(status),
  });
}

const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const board = (id: number) => `event: board\ndata: {"id":${id}}\nretry: 1000\n\n`;

describe("a stream", () => {
  it("gives its events, also those that arrive in pieces, with marks on letters cut apart", async () => {
    const { response, send } = live();
    answers = [response];
    open();
    await settle();
    send(board(1));
    send("event: changed\nda");
    send('ta: {"guest":"Hường"}\n\n: heartbeat\n\n');
    await settle();
    expect(events).toEqual(['board {"id":1}', 'changed {"guest":"Hường"}']);
    expect(connections).toEqual([true, true, true]);
  });

  it("is opened again after a polite end, after the pause of the server, and nobody sees it", async () => {
    const [first, second] = [live(), live()];
    answers = [first.response, second.response];
    open();
    await settle();
    first.send(board(1));
    await settle(10_000);
    first.end();
    await settle(999);
    expect(requests).toHaveLength(1);
    await settle(2);
    second.send(board(2));
    await settle(TIMING.grace);
    expect(events).toEqual(['board {"id":1}', 'board {"id":2}']);
    expect(connections).not.toContain(false);
  });

  it("is tried again ever more slowly while the server is away, and says so", async () => {
    open();
    await settle(60_000);
    const pauses = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
    expect(connections).toEqual([false]);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(TIMING.longestPause);
    expect(pauses.at(-1)).toBeGreaterThan(4 * (pauses[0] ?? 0));
    expect(requests.length).toBeLessThan(20);
  });

  it("uses the newest token, and a renewed one when the API refuses it", async () => {
    const second = live();
    answers = [() => refused(401), second.response];
    session.renewToken.mockImplementation(async ({ refused: old }: { refused: string }) => {
      expect(old).toBe("first");
      return "second";
    });
    open();
    await settle();
    second.send(board(1));
    await settle();
    expect(requests.map(({ authorization }) => authorization)).toEqual(["Bearer first", "Bearer second"]);
    expect(events).toHaveLength(1);
  });

  it.each([403, 404])("ends for good when the API answers %i", async (status) => {
    answers = [() => refused(status)];
    open();
    await settle(60_000);
    expect([refusals, requests.length]).toEqual([[status], 1]);
  });

  it("ends for good when the session has ended", async () => {
    session.token = null;
    open();
    await settle(60_000);
    expect([refusals, requests.length]).toEqual([[401], 0]);
  });

  it("goes on after 500 and after an empty stream, which is how 429 is told", async () => {
    const last = live();
    const empty = live();
    answers = [() => refused(500), empty.response, last.response];
    open();
    await settle(1_500);
    empty.send("retry: 5000\n\n");
    empty.end();
    await settle(4_900);
    expect(requests).toHaveLength(2);
    await settle(200);
    last.send(board(1));
    await settle();
    expect([events.length, refusals]).toEqual([1, []]);
  });

  it("is opened again when nothing has come for longer than the server is ever silent", async () => {
    const [first, second] = [live(), live()];
    answers = [first.response, second.response];
    open();
    await settle();
    first.send(board(1));
    await settle(TIMING.silence * 1.5 + TIMING.longestPause);
    expect(requests).toHaveLength(2);
  });

  it("is opened at once when the screen is visible again after sleep", async () => {
    const [first, second] = [live(), live()];
    answers = [first.response, second.response];
    open();
    await settle();
    first.send(board(1));
    page.visibilityState = "hidden";
    await settle();
    vi.setSystemTime(3_600_000); // no timer runs in a laptop that sleeps
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await settle(1_000);
    second.send(board(2));
    await settle(0);
    expect(events).toEqual(['board {"id":1}', 'board {"id":2}']);
  });

  it("tells when the server was last heard, not when the loss was noticed", async () => {
    const first = live();
    answers = [first.response];
    open();
    await settle();
    first.send(board(1));
    await settle(7_000);
    first.send(": heartbeat\n\n");
    await settle(TIMING.silence * 3);
    expect(heard).toBe(7_000);
  });

  it("is closed while the page is hidden for long, and opened at once afterwards", async () => {
    const [first, second] = [live(), live()];
    answers = [first.response, second.response];
    open();
    await settle();
    first.send(board(1));
    await settle();
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    await settle(600_000);
    expect([requests.length, connections]).toEqual([1, [true]]);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await settle(1);
    second.send(board(2));
    await settle();
    expect(events).toHaveLength(2);
  });

  it("is opened at once when the network is back, however long the pause was", async () => {
    open();
    await settle(60_000);
    const before = requests.length;
    dispatchEvent(new Event("online"));
    await settle(1);
    expect(requests).toHaveLength(before + 1);
  });

  it("sends nothing more after it was closed", async () => {
    open();
    await settle(100);
    close();
    const before = requests.length;
    await settle(60_000);
    expect(requests).toHaveLength(before);
  });
});
