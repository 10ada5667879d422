/** The session of a browser: one refresh for everybody who waits, and nothing left behind. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

let answers: Record<string, () => Response | Promise<Response>>;
let requests: string[];
const cleared: string[] = [];

const ok = (body: unknown) => () => new Response(JSON.stringify(body), { status: 200 });
const refused =
  (code: string, status = 401) =>
  () =>
    new Response(JSON.stringify({ status: "error", error: { code, message: code } }), { status });
const ME = { id: "u", full_name: "Phạm Thu Trang", roles: [] };

/** A storage of the browser. `isOff`: it keeps nothing. */
function storage(name: string, isOff = false) {
  const values = new Map<string, string>();
  return {
    clear: () => {
      cleared.push(name);
      values.clear();
    },
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void (isOff || values.set(key, value)),
    removeItem: (key: string) => void values.delete(key),
  };
}

/** Let the device have kept who was signed in. */
function keepOnDevice(user: unknown) {
  const kept = new Map([["/kept/user", JSON.stringify(user)]]);
  const headers = { "x-kept-at": String(Date.now()) };
  vi.stubGlobal("caches", {
    has: async () => kept.size > 0,
    keys: async () => [],
    open: async () => ({
      match: async (path: string) => (kept.has(path) ? new Response(kept.get(path), { headers }) : undefined),
      put: async (path: string) => void kept.set(path, JSON.stringify(user)),
    }),
    delete: async () => kept.clear(),
  });
  return kept;
}

async function load() {
  vi.resetModules();
  return await import("./session");
}

beforeEach(() => {
  let issued = 0;
  [requests, cleared.length] = [[], 0];
  answers = {
    "sign-in": () => ok({ access_token: `t${++issued}`, expires_in: 900 })(),
    refresh: () => ok({ access_token: `t${++issued}`, expires_in: 900 })(),
    "sign-out": () => new Response(null, { status: 204 }),
    me: ok(ME),
  };
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", { documentElement: { lang: "vi" } });
  vi.stubGlobal("localStorage", storage("local"));
  vi.stubGlobal("sessionStorage", storage("session"));
  vi.stubGlobal("indexedDB", {
    databases: async () => [{ name: "zenspa" }],
    deleteDatabase: (name: string) => cleared.push(name),
  });
  vi.stubGlobal("fetch", async (url: string) => {
    const name = url.slice(url.lastIndexOf("/") + 1);
    requests.push(name);
    await new Promise((resolve) => setTimeout(resolve, 1));
    const answer = answers[name];
    if (answer === undefined) throw new TypeError("network");
    return answer();
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a session", () => {
  it("is found at the start of the page by the cookie", async () => {
    const session = await load();
    await session.resumeSession();
    expect(session.currentSession()).toEqual({ status: "signed-in", user: ME, isConfirmed: true });
    expect(await session.freshToken()).toBe("t1");
    expect(requests).toEqual(["refresh", "me"]);
  });

  it("is not there without a cookie, and that is no end of a session", async () => {
    answers.refresh = refused("INVALID_REFRESH_TOKEN");
    const session = await load();
    await session.resumeSession();
    expect(session.currentSession()).toEqual({ status: "signed-out", ended: false });
  });

  it("refreshes once, however many wait for a token", async () => {
    const session = await load();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => session.freshToken()));
    expect([new Set(tokens).size, requests]).toEqual([1, ["refresh"]]);
  });

  it("does not renew a refused token that is no longer the newest", async () => {
    const session = await load();
    const old = (await session.freshToken()) ?? "";
    const renewed = await session.renewToken({ refused: old });
    expect(await session.renewToken({ refused: old })).toBe(renewed);
    expect(requests).toEqual(["refresh", "refresh"]);
  });

  it("renews a token shortly before its end", async () => {
    const session = await load();
    answers.refresh = ok({ access_token: "short", expires_in: 20 });
    expect([await session.freshToken(), await session.freshToken()]).toEqual(["short", "short"]);
    expect(requests).toEqual(["refresh", "refresh"]);
  });

  it("ends when the refresh token is refused, and what was cached goes", async () => {
    const session = await load();
    await session.resumeSession();
    const cleanup = vi.fn();
    session.onForget(cleanup);
    answers.refresh = refused("REFRESH_TOKEN_REUSED");
    expect(await session.renewToken({ refused: "t1" })).toBeNull();
    expect(session.currentSession()).toEqual({ status: "signed-out", ended: true });
    expect(cleanup).toHaveBeenCalledOnce();
  });

  it("stays when the network is away during a refresh", async () => {
    const session = await load();
    await session.resumeSession();
    delete answers.refresh;
    await expect(session.renewToken({ refused: "t1" })).rejects.toMatchObject({ code: "NETWORK" });
    expect(session.currentSession().status).toBe("signed-in");
  });

  it("is the one of the device while the server cannot be asked, and is confirmed when it can", async () => {
    keepOnDevice(ME);
    const session = await load();
    const { refresh = () => new Response() } = answers;
    delete answers.refresh;
    await session.resumeSession();
    expect(session.currentSession()).toEqual({ status: "signed-in", user: ME, isConfirmed: false });
    await expect(session.freshToken()).rejects.toMatchObject({ code: "NETWORK" });
    answers.refresh = refresh;
    await session.freshToken();
    await vi.waitFor(() => expect(session.currentSession()).toMatchObject({ isConfirmed: true }));
  });

  it("is the one of the device while the server does not answer", async () => {
    vi.useFakeTimers();
    keepOnDevice(ME);
    const session = await load();
    answers.refresh = () => new Promise<Response>(() => {});
    const resumed = session.resumeSession();
    await vi.advanceTimersByTimeAsync(3_000);
    await resumed;
    expect(session.currentSession()).toMatchObject({ status: "signed-in", isConfirmed: false });
  });

  it("is not the one of the device when the server refuses it: what was kept goes", async () => {
    const kept = keepOnDevice(ME);
    const session = await load();
    answers.refresh = refused("INVALID_REFRESH_TOKEN");
    await session.resumeSession();
    expect(session.currentSession()).toEqual({ status: "signed-out", ended: false });
    await vi.waitFor(() => expect(kept.size).toBe(0));
  });

  it("is told to be missing without a network and without anything kept", async () => {
    const session = await load();
    delete answers.refresh;
    await expect(session.resumeSession()).rejects.toMatchObject({ code: "NETWORK" });
    expect(session.currentSession().status).toBe("unknown");
  });

  it("takes turns with other tabs where the browser has locks", async () => {
    const names: string[] = [];
    vi.stubGlobal("navigator", {
      locks: {
        request: async (name: string, work: () => Promise<unknown>) => {
          names.push(name);
          return await work();
        },
      },
    });
    const session = await load();
    await session.freshToken();
    expect(names).toEqual(["zenspa.refresh"]);
  });
});

describe("signing out", () => {
  it("clears the device and tells the other tabs", async () => {
    const session = await load();
    await session.resumeSession();
    const other = new BroadcastChannel("zenspa.session");
    const told = new Promise((resolve) => other.addEventListener("message", ({ data }) => resolve(data)));
    await session.signOut();
    expect(await told).toBe("signed-out");
    other.close();
    expect(cleared).toEqual(["local", "session", "zenspa"]);
    expect(session.currentSession()).toEqual({ status: "signed-out", ended: false });
  });

  it("clears the device at once without a network, and tells the server before anybody is signed in again", async () => {
    const session = await load();
    await session.resumeSession();
    const { "sign-out": signOut = () => new Response() } = answers;
    delete answers["sign-out"];
    await session.signOut();
    expect(cleared).toEqual(["local", "session", "zenspa"]);
    const offline = await load();
    await offline.resumeSession();
    expect(offline.currentSession()).toEqual({ status: "signed-out", ended: false });
    answers["sign-out"] = signOut;
    requests = [];
    const reloaded = await load();
    await reloaded.resumeSession();
    expect(reloaded.currentSession()).toEqual({ status: "signed-out", ended: false });
    expect(requests).toEqual(["sign-out"]);
    requests = [];
    await (await load()).resumeSession();
    expect(requests[0]).toBe("refresh");
  });

  it("has not happened where that cannot be kept: the cookie would sign in again", async () => {
    vi.stubGlobal("localStorage", storage("local", true));
    const session = await load();
    await session.resumeSession();
    delete answers["sign-out"];
    await expect(session.signOut()).rejects.toMatchObject({ code: "NETWORK" });
    expect(session.currentSession().status).toBe("signed-in");
    expect(cleared).toEqual([]);
  });
});
