import { expect, it } from "vitest";
import { instantsOf, isWithdrawable, spanOf } from "./leave";

it("of whole days lasts from midnight to midnight in the branch, also when clocks change", () => {
  const days = { first: "2027-03-27", last: "2027-03-28" };
  const leave = instantsOf("Europe/Paris", days);
  expect(leave).toEqual({ start: "2027-03-26T23:00:00.000Z", end: "2027-03-28T22:00:00.000Z" });
  expect(spanOf("Europe/Paris", leave)).toEqual({ ...days, times: null });
});

it("of a part of a day has its times", () => {
  const leave = { start: "2027-02-06T07:00:00Z", end: "2027-02-06T10:30:00Z" };
  expect(spanOf("Asia/Ho_Chi_Minh", leave)).toEqual({
    first: "2027-02-06",
    last: "2027-02-06",
    times: { start: "14:00", end: "17:30" },
  });
});

it.each([
  ["requested", "2027-02-07T00:00:00Z", true],
  ["approved", "2027-02-07T00:00:00Z", true],
  ["approved", "2027-02-06T00:00:00Z", false], // it has begun
  ["refused", "2027-02-07T00:00:00Z", false],
  ["withdrawn", "2027-02-07T00:00:00Z", false],
])("that is %s and begins at %s: withdrawable %j", (status, start, expected) =>
  expect(isWithdrawable({ status, start }, Date.parse("2027-02-06T12:00:00Z"))).toBe(expected),
);
