import { expect, it } from "vitest";
import { percentOf, readPercent } from "./percent";

it.each([
  [800, "8", "8"],
  [825, "8,25", "8.25"],
  [850, "8,5", "8.5"],
  [5, "0,05", "0.05"],
  [0, "0", "0"],
  [10_000, "100", "100"],
])("shows %i hundredths as a percent", (rate, vi, en) => {
  expect([percentOf(rate, "vi"), percentOf(rate, "en")]).toEqual([vi, en]);
});

it.each([
  ["8", 800],
  [" 8,5 % ", 850],
  ["8.25", 825],
  ["0", 0],
  ["100", 10_000],
  ["100,01", 10_001],
  ["8,255", null],
  ["-1", null],
  ["", null],
  ["tám", null],
])("reads %j", (text, rate) => {
  expect(readPercent(text)).toBe(rate);
});
