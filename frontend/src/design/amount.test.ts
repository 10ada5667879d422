import { describe, expect, it } from "vitest";
import { amountOf } from "./amount";

describe("amountOf", () => {
  it.each([
    ["", 0],
    ["450000", 450_000],
    ["450.000", 450_000],
    ["1.250.000đ", 1_250_000],
    ["180k", 180_000],
    ["180K", 180_000],
    ["2t", 2_000_000],
    ["2.000.000r", 2_000_000], // the rest of `2tr`, after its first letter
    ["abc", 0],
    ["-5", 5],
  ])("reads %j", (typed, amount) => {
    expect(amountOf(typed)).toBe(amount);
  });
});
