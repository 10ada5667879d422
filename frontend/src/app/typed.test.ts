import { afterEach, beforeEach, expect, it, vi } from "vitest";

let stored: Record<string, string>;

beforeEach(() => {
  stored = {};
  // As in a browser, the names of what is stored are the properties of the object.
  vi.stubGlobal(
    "sessionStorage",
    new Proxy(stored, {
      get: (target, name) => {
        if (name === "getItem") return (key: string) => target[key] ?? null;
        if (name === "setItem") return (key: string, value: string) => Reflect.set(target, key, value);
        if (name === "removeItem") return (key: string) => Reflect.deleteProperty(target, key);
        return Reflect.get(target, name);
      },
    }),
  );
});

afterEach(() => vi.unstubAllGlobals());

/** Load the module as a page does that is opened or reloaded. */
async function open() {
  vi.resetModules();
  return await import("./typed");
}

it("survives a reload, until it is saved", async () => {
  (await open()).setTyped("note/1", "Lực nhẹ");
  const reloaded = await open();
  expect(reloaded.typed("note/1")).toBe("Lực nhẹ");
  reloaded.setTyped("note/1", null);
  expect((await open()).typed("note/1")).toBeNull();
});

it("belongs to one person", async () => {
  const page = await open();
  page.beginTyping("mai");
  page.setTyped("booking", { note: "a" });
  const reloaded = await open();
  reloaded.beginTyping("mai");
  expect(reloaded.typedNames("book")).toEqual(["booking"]);
  reloaded.beginTyping("khoa");
  expect(reloaded.typed("booking")).toBeNull();
});

it("leaves nothing when the person signs out", async () => {
  const page = await open();
  page.beginTyping("mai");
  page.setTyped("note/1", "a");
  stored["tsr-scroll"] = "of somebody else";
  page.forgetTyped();
  expect(stored).toEqual({ "tsr-scroll": "of somebody else" });
});

it("lives as long as the page where storage is switched off", async () => {
  vi.stubGlobal("sessionStorage", undefined);
  const page = await open();
  page.setTyped("note/1", "a");
  expect(page.typed("note/1")).toBe("a");
});
