import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/errors";
import { hasNoAnswer, pauseAfter } from "./useAction";

describe("an action", () => {
  it("is sent again as long as nobody has answered it", () => {
    const unanswered = [
      new ApiError("NETWORK", 0),
      new ApiError("SERVICE_UNAVAILABLE", 503),
      new ApiError("UNKNOWN", 502),
      new ApiError("RATE_LIMITED", 429),
      new ApiError("IDEMPOTENCY_IN_FLIGHT", 409),
    ];
    expect(unanswered.map(hasNoAnswer)).toEqual([true, true, true, true, true]);
  });

  it("is not sent again once it was refused", () => {
    const refused = [
      new ApiError("SLOT_TAKEN", 409),
      new ApiError("VALIDATION_ERROR", 422),
      new ApiError("FORBIDDEN", 403),
      new Error("a fault of ours"),
    ];
    expect(refused.map(hasNoAnswer)).toEqual([false, false, false, false]);
  });

  it("waits longer each time, and 10 seconds at most", () => {
    expect([0, 1, 2, 3].map(pauseAfter)).toEqual([500, 1000, 2000, 4000]);
    expect(pauseAfter(50)).toBe(10_000);
  });
});
