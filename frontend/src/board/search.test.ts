import { expect, it } from "vitest";
import { parseBoardSearch } from "./search";

it.each([
  [{}, {}],
  [
    { day: "2027-02-06", view: "rooms", branch: "b" },
    { day: "2027-02-06", view: "rooms", branch: "b" },
  ],
  [{ day: "2027-02-30", view: "<img src=x onerror=alert(1)>", branch: 7 }, {}],
  [{ day: "yesterday", hide: "held" }, {}],
  [{ hide: ["held", "nonsense", 3, "cancelled", "held"] }, { hide: ["held", "cancelled"] }],
  [{ view: "staff", hide: [] }, {}],
])("%j is read as %j", (search, expected) => expect(parseBoardSearch(search)).toEqual(expected));

it("leaves nothing out, or the router would keep it as it was written", () => {
  expect(Object.keys(parseBoardSearch({ day: "2027-02-30" })).sort()).toEqual([
    "branch",
    "card",
    "day",
    "hide",
    "sick",
    "solve",
    "view",
  ]);
});

it("keeps what is open beside the board", () => {
  expect(parseBoardSearch({ card: "a" })).toEqual({ card: "a" });
  expect(parseBoardSearch({ solve: true, sick: "b" })).toEqual({ solve: true, sick: "b" });
  expect(parseBoardSearch({ card: 1, solve: "yes", sick: null })).toEqual({});
});
