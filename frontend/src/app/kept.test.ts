import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const HOUR = 3_600_000;
let stores: Map<string, Map<string, Response>>;

/** Cache Storage in memory. */
function fakeCaches() {
  const open = async (name: string) => {
    const store = stores.get(name) ?? new Map<string, Response>();
    stores.set(name, store);
    return {
      put: async (path: string, response: Response) => void store.set(path, response),
      match: async (path: string) => store.get(path)?.clone(),
      delete: async (path: string) => store.delete(path),
      keys: async () => [...store.keys()].map((path) => ({ url: `http://desk${path}` })),
    };
  };
  return {
    open,
    has: async (name: string) => stores.has(name),
    delete: async (name: string) => stores.delete(name),
  };
}

async function load() {
  vi.resetModules();
  return await import("./kept");
}

beforeEach(() => {
  stores = new Map();
  vi.stubGlobal("caches", fakeCaches());
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a day that is kept", () => {
  it("is found with the time at which it was right", async () => {
    const kept = await load();
    await kept.keepUser({ id: "mai" });
    const at = Date.now() - HOUR;
    await kept.keepBoard("q1", "2026-12-05", { visits: [1] }, at);
    expect(await kept.keptBoard("q1", "2026-12-05")).toEqual({ value: { visits: [1] }, at });
    expect(await kept.keptBoard("q1", "2026-12-06")).toBeNull();
  });

  it("is not written while nobody is signed in, nor after a sign-out that it was waiting for", async () => {
    const kept = await load();
    await kept.keepBoard("q1", "2026-12-05", {}, Date.now());
    expect(stores.size).toBe(0);
    await kept.keepUser({ id: "mai" });
    const late = kept.keepBoard("q1", "2026-12-05", {}, Date.now());
    await kept.forgetKept();
    await late;
    await kept.keepBoard("q1", "2026-12-06", {}, Date.now());
    expect(stores.size).toBe(0);
  });

  it("goes when another person signs in, and stays for the same", async () => {
    const kept = await load();
    await kept.keepUser({ id: "mai" });
    await kept.keepBoard("q1", "2026-12-05", {}, Date.now());
    const reloaded = await load();
    await reloaded.keepUser({ id: "mai" });
    expect(await reloaded.keptBoard("q1", "2026-12-05")).not.toBeNull();
    await reloaded.keepUser({ id: "khoa" });
    expect(await reloaded.keptBoard("q1", "2026-12-05")).toBeNull();
    expect(await reloaded.keptUser()).toEqual({ id: "khoa" });
  });

  it("goes after a day, and when three others were seen", async () => {
    const kept = await load();
    await kept.keepUser({ id: "mai" });
    await kept.keepBoard("q1", "old", {}, Date.now() - 25 * HOUR);
    expect(await kept.keptBoard("q1", "old")).toBeNull();
    for (const day of [4, 1, 2, 3]) await kept.keepBoard("q1", `${day}`, {}, Date.now() - day * HOUR);
    const found = await Promise.all(["1", "2", "3", "4"].map((day) => kept.keptBoard("q1", day)));
    expect(found.map((board) => board !== null)).toEqual([true, true, true, false]);
  });

  it("stays with the same day of other branches", async () => {
    const kept = await load();
    await kept.keepUser({ id: "mai" });
    const branches = ["q1", "q2", "q3", "q4"];
    for (const branch of branches) await kept.keepBoard(branch, "2026-12-05", {}, Date.now());
    const found = await Promise.all(branches.map((branch) => kept.keptBoard(branch, "2026-12-05")));
    expect(found.every((board) => board !== null)).toBe(true);
  });
});

describe("an answer that is kept", () => {
  it("is given while the network is away, and not for a refusal", async () => {
    const kept = await load();
    const { ApiError } = await import("@/api/errors");
    await kept.keepUser({ id: "mai" });
    await kept.askOrKept("branches", async () => ["Quận 1"]);
    const away = kept.askOrKept("branches", () => Promise.reject(new ApiError("NETWORK", 0)));
    expect(await away).toEqual(["Quận 1"]);
    const refused = kept.askOrKept("branches", () => Promise.reject(new ApiError("FORBIDDEN", 403)));
    await expect(refused).rejects.toMatchObject({ status: 403 });
    const other = kept.askOrKept("catalogue", () => Promise.reject(new ApiError("NETWORK", 0)));
    await expect(other).rejects.toMatchObject({ code: "NETWORK" });
  });
});

it("does without storage", async () => {
  vi.stubGlobal("caches", undefined);
  const kept = await load();
  await kept.keepUser({ id: "mai" });
  expect(await kept.keptUser()).toBeNull();
});
