import { describe, expect, it } from "vitest";
import type { CustomerCourseRead } from "@/api/generated";
import { countsBeside, endingOf, inOrder, isLive, marksOf } from "./course";

const counts = { free: 0, reserved: 0, used: 0, expired: 0, moved: 0, refunded: 0 };

describe("the marks of a course", () => {
  it("are one a session: used, then reserved, then free", () =>
    expect(marksOf({ ...counts, free: 2, reserved: 1, used: 2 })).toEqual([
      "used",
      "used",
      "reserved",
      "free",
      "free",
    ]));

  it("are told beside what is free", () =>
    expect(countsBeside({ ...counts, free: 2, used: 3, refunded: 1 })).toEqual([
      { state: "used", count: 3 },
      { state: "refunded", count: 1 },
    ]));
});

describe("the end of a course", () => {
  const today = "2026-12-01";
  it.each([
    [null, "never"],
    ["2026-11-30", "over"],
    ["2026-12-01", "soon"],
    ["2026-12-15", "soon"],
    ["2026-12-16", "later"],
  ] as const)("on %s is %s", (expires_on, kind) => expect(endingOf({ expires_on }, today).kind).toBe(kind));
});

describe("courses", () => {
  const course = (id: string, more: Partial<CustomerCourseRead>) =>
    ({ ...counts, id, expires_on: null, ...more }) as CustomerCourseRead;

  it("are live while a session is free or reserved", () => {
    expect(isLive({ ...counts, reserved: 1 })).toBe(true);
    expect(isLive({ ...counts, used: 10 })).toBe(false);
  });

  it("stand by their end, those that are used up behind", () => {
    const { live, past } = inOrder([
      course("never", { free: 1 }),
      course("done", { used: 10 }),
      course("later", { free: 1, expires_on: "2027-06-01" }),
      course("soon", { reserved: 1, expires_on: "2026-12-09" }),
    ]);
    expect(live.map(({ id }) => id)).toEqual(["soon", "later", "never"]);
    expect(past.map(({ id }) => id)).toEqual(["done"]);
  });
});
