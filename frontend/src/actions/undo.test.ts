import { beforeEach, expect, test, vi } from "vitest";
import { forgetUndos, rememberUndo, undoNewest } from "./undo";

beforeEach(forgetUndos);

test("the newest is taken back first, and each one once", () => {
  const told: string[] = [];
  rememberUndo(() => told.push("first"));
  rememberUndo(() => told.push("second"));
  for (let press = 0; press < 3; press += 1) undoNewest();
  expect(told).toEqual(["second", "first"]);
});

test("what a toast has taken back is not taken back by the keys again", () => {
  const undo = vi.fn();
  const once = rememberUndo(undo);
  once();
  once();
  undoNewest();
  expect(undo).toHaveBeenCalledOnce();
});

test("who signs in next takes nothing back", () => {
  const undo = vi.fn();
  rememberUndo(undo);
  forgetUndos();
  undoNewest();
  expect(undo).not.toHaveBeenCalled();
});
