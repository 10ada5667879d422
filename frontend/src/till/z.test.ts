import { expect, it } from "vitest";
import { groupsOf } from "./z";

it("shows credits as amounts that were earned or are owed, and leaves out what did not move", () => {
  const groups = groupsOf({ cash: 540_000, revenue: -481_481, vat: -38_519, tip: -20_000, bank: 0 });
  expect(groups).toEqual([
    {
      name: "earned",
      rows: [
        { account: "revenue", amount: 481_481 },
        { account: "vat", amount: 38_519 },
      ],
      sum: 520_000,
    },
    { name: "moved", rows: [{ account: "cash", amount: 540_000 }], sum: 540_000 },
    { name: "owed", rows: [{ account: "tip", amount: 20_000 }], sum: 20_000 },
  ]);
});
