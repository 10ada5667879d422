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
  [
    { view: "week", staff: "lan" },
    { view: "week", staff: "lan" },
  ],
  [{ guest: 678, room: "", staff: ["lan"] }, { guest: "678" }],
])("%j is read as %j", (search, expected) => expect(parseBoardSearch(search)).toEqual(expected));

it("leaves nothing out, or the router would keep it as it was written", () => {
  expect(Object.keys(parseBoardSearch({ day: "2027-02-30" })).sort()).toEqual([
    "bill",
    "branch",
    "card",
    "day",
    "guest",
    "hide",
    "pay",
    "payer",
    "room",
    "sick",
    "solve",
    "staff",
    "view",
  ]);
});

it("keeps what is open beside the board", () => {
  expect(parseBoardSearch({ card: "a" })).toEqual({ card: "a" });
  expect(parseBoardSearch({ solve: true, sick: "b" })).toEqual({ solve: true, sick: "b" });
  expect(parseBoardSearch({ card: 1, solve: "yes", sick: null })).toEqual({});
});
