import { describe, expect, it } from "vitest";
import type { BoardRead } from "@/api/generated";
import { type Availability, availabilityOf, type Occupied, occupiedTimes } from "./availability";
import type { Shade } from "./layout";

const at = (time: string) => (time === "24:00" ? "2027-02-07T00:00:00+07:00" : `2027-02-06T${time}:00+07:00`);
const span = (start: string, end: string) => ({ start: Date.parse(at(start)), end: Date.parse(at(end)) });
const shade = (kind: Shade["kind"], start: string, end: string): Shade => ({ kind, ...span(start, end) });
const guest = (start: string, end: string, isOpenEnded = false): Occupied => ({
  ...span(start, end),
  isOpenEnded,
});
const day = { start: at("00:00"), end: at("24:00") };
/** A shift from 9 to 18. */
const shift = [shade("off", "00:00", "09:00"), shade("off", "18:00", "24:00")];

function expectAt(now: string, shades: Shade[], occupied: Occupied[], expected: [string, string | null]) {
  const found: Availability = availabilityOf({ shades }, occupied, day, Date.parse(at(now)));
  const [state, until] = expected;
  expect(found).toEqual({ state, until: until === null ? null : Date.parse(at(until)) });
}

describe("a therapist", () => {
  it.each<[string, string, Occupied[], [string, string | null]]>([
    ["is free until the next guest", "14:00", [guest("15:00", "16:00")], ["free", "15:00"]],
    ["is free until the end of the shift", "14:00", [guest("10:00", "11:00")], ["free", "18:00"]],
    ["is busy until the guest is done", "14:00", [guest("13:30", "14:30")], ["busy", "14:30"]],
    [
      "is free again in the minute in which a guest is done",
      "14:30",
      [guest("13:30", "14:30")],
      ["free", "18:00"],
    ],
    [
      "is busy through guests that follow each other, in whatever order",
      "14:00",
      [guest("14:30", "15:30"), guest("13:30", "14:30")],
      ["busy", "15:30"],
    ],
    [
      "is busy through a gap that is shorter than 15 minutes",
      "14:00",
      [guest("13:30", "14:30"), guest("14:40", "15:30")],
      ["busy", "15:30"],
    ],
    [
      "is busy until a gap of 15 minutes",
      "14:00",
      [guest("13:30", "14:30"), guest("14:45", "15:30")],
      ["busy", "14:30"],
    ],
    ["is busy shortly before a guest", "14:50", [guest("15:00", "16:00")], ["busy", "16:00"]],
    ["is busy in the last minutes of the shift", "17:50", [], ["busy", "18:00"]],
    [
      "is busy to the end of the shift, if little is left",
      "17:00",
      [guest("16:30", "17:50")],
      ["busy", "18:00"],
    ],
    [
      "is busy after the shift while a guest is not done",
      "18:10",
      [guest("17:30", "18:30")],
      ["busy", "18:30"],
    ],
    [
      "is busy for nobody knows how long, once a guest takes longer",
      "14:40",
      [guest("13:30", "14:30", true)],
      ["busy", null],
    ],
    ["is off before the shift, until it begins", "08:00", [], ["off", "09:00"]],
    ["is off after the shift", "18:00", [], ["off", null]],
  ])("%s", (_, now, occupied, expected) => expectAt(now, shift, occupied, expected));

  it("is off on leave, and busy in a break", () => {
    expectAt("14:00", [...shift, shade("leave", "13:00", "15:00")], [], ["off", "15:00"]);
    expectAt("12:00", [...shift, shade("leave", "13:00", "15:00")], [], ["free", "13:00"]);
    expectAt("14:00", [...shift, shade("blocked", "14:00", "14:30")], [], ["busy", "14:30"]);
  });

  it("is free until midnight in a shift of the night, also in the last minutes", () => {
    const night = [shade("off", "02:00", "20:00")];
    expectAt("23:00", night, [], ["free", "24:00"]);
    expectAt("23:55", night, [], ["free", "24:00"]);
    expectAt("00:05", night, [], ["free", "02:00"]);
    expectAt("23:00", night, [guest("22:30", "24:00")], ["busy", "24:00"]);
  });
});

describe("a bed", () => {
  it("is out of order, until it can be used", () => {
    const shades = [shade("closed", "00:00", "09:00"), shade("closed", "21:00", "24:00")];
    expectAt("14:00", [...shades, shade("outage", "13:00", "16:00")], [], ["out", "16:00"]);
    expectAt("14:00", shades, [], ["free", "21:00"]);
    expectAt("22:00", shades, [], ["off", null]);
  });
});

describe("times that are taken", () => {
  const allocation = (resource_id: string, start: string, end: string) =>
    ({ resource_id, start: at(start), end: at(end) }) as const;
  const board = {
    visits: [
      {
        appointments: [
          {
            status: "in_service",
            end: at("15:00"),
            treatments: [
              { end: at("14:00"), allocations: [allocation("lan", "13:00", "14:00")] },
              {
                end: at("15:00"),
                allocations: [allocation("mai", "14:00", "15:00"), allocation("bed", "14:00", "15:10")],
              },
            ],
          },
          { status: "cancelled", end: at("15:00"), treatments: [{ end: at("15:00"), allocations: [] }] },
        ],
      },
    ],
  } as unknown as Pick<BoardRead, "visits">;

  it("are those of each resource, and open only for the last treatment of a guest in service", () =>
    expect([...occupiedTimes(board)]).toEqual([
      ["lan", [guest("13:00", "14:00")]],
      ["mai", [guest("14:00", "15:00", true)]],
      ["bed", [guest("14:00", "15:10", true)]],
    ]));
});
