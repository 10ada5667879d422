import { beforeEach, describe, expect, it } from "vitest";
import { forgetTyped } from "@/app/typed";
import { keyOf, newKey, settle, unanswered } from "./unanswered";

const intention = (input: unknown, name: string | null = null, owner = "button") => ({ name, owner, input });

beforeEach(forgetTyped);

describe("an intention", () => {
  it("keeps its key over attempts without an answer, and begins anew after one", () => {
    const book = intention({ start: "10:00" });
    const key = keyOf(book);
    settle(book, false);
    expect(keyOf(intention({ start: "10:00" }))).toBe(key);
    settle(book, true);
    expect(keyOf(book)).not.toBe(key);
  });

  it("has one key when it is pressed twice at once", () => {
    const book = intention({ start: "10:15" });
    expect(keyOf(book)).toBe(keyOf(book));
  });

  it("is another one with another input or at another button", () => {
    const inputs = [intention("a"), intention("b"), intention("a", null, "other"), intention("a", "visit")];
    expect(new Set(inputs.map(keyOf)).size).toBe(4);
  });

  it("of a file is known by the file", () => {
    const file = (text: string) => new File([text], "khach.csv", { lastModified: 1 });
    expect(keyOf(intention({ file: file("a") }))).not.toBe(keyOf(intention({ file: file("ab") })));
  });

  it("with a name is found again once nobody has answered it", () => {
    const book = intention({ start: "11:00" }, "visit");
    keyOf(book);
    expect(unanswered("visit")).toBeNull(); // it is on its way
    settle(book, false);
    expect(unanswered("visit")).toEqual({ start: "11:00" });
    expect(unanswered("customer")).toBeNull();
    settle(book, true);
    expect(unanswered("visit")).toBeNull();
  });
});

it("has a key of its own", () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
});
