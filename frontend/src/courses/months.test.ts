import { describe, expect, it } from "vitest";
import { addMonths, laterOf } from "./months";

describe("months", () => {
  it.each([
    ["2026-12-01", 1, "2027-01-01"],
    ["2026-11-30", 3, "2027-02-28"],
    ["2027-01-31", 1, "2027-02-28"],
    ["2026-12-15", 6, "2027-06-15"],
    ["2026-12-31", 12, "2027-12-31"],
  ])("from %s and %i later it is %s", (day, count, later) => expect(addMonths(day, count)).toBe(later));

  it("begin at the later of two days", () => expect(laterOf("2026-11-30", "2026-12-01")).toBe("2026-12-01"));
});
