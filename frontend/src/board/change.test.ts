import { expect, it } from "vitest";
import type { BoardChange, BoardRead } from "@/api/generated";
import { applyChange } from "./change";

const NOTHING: BoardChange = {
  ...{
    visits: [],
    removed: [],
    guests: [],
    opening_hours: null,
    people: null,
    rooms: null,
    stranded: null,
    released: null,
    bills: null,
  },
};

function board(ids: string[]): BoardRead {
  const visits = ids.map((id) => ({ id, note: "before" }));
  return {
    day: "2027-02-06",
    visits,
    guests: [],
    people: [{ id: "lan" }],
    rooms: [],
    opening_hours: [],
    stranded: [],
    released: [],
    bills: [],
  } as unknown as BoardRead;
}

const visit = (id: string) => ({ id, note: "after" }) as unknown as BoardRead["visits"][number];

it("replaces, adds and removes visits, and leaves all else as it is", () => {
  const before = board(["a", "b", "c"]);
  const after = applyChange(before, { ...NOTHING, visits: [visit("b"), visit("d")], removed: ["c"] });
  expect(after.visits.map(({ id, note }) => [id, note])).toEqual([
    ["a", "before"],
    ["b", "after"],
    ["d", "after"],
  ]);
  expect(after.visits[0]).toBe(before.visits[0]);
  expect(after.people).toBe(before.people);
  expect(before.visits).toHaveLength(3);
});

it("takes a list that has become empty", () => {
  expect(applyChange(board([]), { ...NOTHING, people: [] }).people).toEqual([]);
});
