import { describe, expect, it } from "vitest";
import { cashPayment, likelyTendered, sumOf } from "./cash";

describe("likelyTendered", () => {
  it.each([
    [450_000, [500_000, 600_000]],
    [452_000, [460_000, 500_000, 600_000]],
    [120_000, [150_000, 200_000, 500_000]],
    [1_234_000, [1_240_000, 1_250_000, 1_300_000, 1_400_000]],
    [500_000, [600_000]],
  ])("rounds %i up by the notes that there are", (amount, sums) =>
    expect(likelyTendered(amount)).toEqual(sums),
  );
});

describe("cashPayment", () => {
  it("takes all that is due when nothing is said about what the guest gives", () =>
    expect(cashPayment(450_000, 450_000, 0)).toEqual({ amount: 450_000, missing: 0, change: 0 }));
  it("hands back what is more", () =>
    expect(cashPayment(450_000, 450_000, 500_000)).toEqual({ amount: 450_000, missing: 0, change: 50_000 }));
  it("takes a part when the guest gives less", () =>
    expect(cashPayment(450_000, 450_000, 200_000)).toEqual({ amount: 200_000, missing: 250_000, change: 0 }));
  it("hands back what is more than the part that is asked in cash", () =>
    expect(cashPayment(450_000, 200_000, 500_000)).toEqual({
      amount: 200_000,
      missing: 250_000,
      change: 300_000,
    }));
  it("never takes more than is due", () =>
    expect(cashPayment(100_000, 450_000, 0)).toEqual({ amount: 100_000, missing: 0, change: 0 }));
});

it("adds counted notes up", () => expect(sumOf({ 500000: 2, 20000: 3, 1000: 4 })).toBe(1_064_000));
