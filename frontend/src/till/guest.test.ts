import { describe, expect, it } from "vitest";
import type { BoardRead, VisitRead } from "@/api/generated";
import { billOf } from "./address";
import { hasBill } from "./guest";

const visit = { id: "visit" } as VisitRead;
const opened = (status: string) =>
  ({ visit, appointment: { id: "mai", status } }) as Parameters<typeof billOf>[1];
const board = (state?: string) =>
  ({
    bills: state === undefined ? [] : [{ appointment_id: "mai", sale_id: "sale", state }],
  }) as unknown as BoardRead;

describe("billOf", () => {
  it.each(["open", "part", "paid", "refunded"])("opens the bill that is %s", (state) =>
    expect(billOf(board(state), opened("completed"))).toEqual({ bill: "sale" }),
  );
  it.each([undefined, "rest"])("makes one for what is on none: %s", (state) =>
    expect(billOf(board(state), opened("completed"))).toEqual({ pay: "visit" }),
  );
});

it("has no bill for who does not come, unless there is one", () => {
  expect(hasBill(board(), opened("arrived"))).toBe(true);
  expect(hasBill(board(), opened("cancelled"))).toBe(false);
  expect(hasBill(board("paid"), opened("no_show"))).toBe(true);
});
