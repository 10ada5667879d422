import { expect, it } from "vitest";
import { toggled } from "./toggled";

it("is unchanged after two presses", () => {
  expect(toggled(toggled(["a", "b"], "a", ["a", "b"]), "a", ["a", "b"])).toEqual(["a", "b"]);
  expect(toggled(["a"], "c", ["a"])).toEqual(["a", "c"]);
});
