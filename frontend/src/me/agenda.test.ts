import { describe, expect, it } from "vitest";
import type { AppointmentStatus, BoardRead } from "@/api/generated";
import { agendaOf, type Guest, nextGuest, swipeOf, timingOf } from "./agenda";

const LAN = "lan";
const at = (time: string) => `2027-02-06T${time}:00Z`;
const instant = (time: string) => Date.parse(at(time));

interface Booked {
  id?: string;
  time?: [start: string, end: string];
  status?: AppointmentStatus;
  therapist?: string;
  wish?: string | null;
  more?: { resource_id: string; kind: string; name: string; start: string; end: string }[];
}

function visit({
  id = "mai",
  time: [start, end] = ["09:00", "10:00"],
  status = "confirmed",
  therapist = LAN,
  wish = null,
  more = [],
}: Booked = {}) {
  const treatment = {
    id: `${id}-treatment`,
    therapist_id: wish,
    start: at(start),
    end: at(end),
    allocations: [
      { resource_id: therapist, kind: "staff", name: "Lan", start: at(start), end: at(end) },
      { resource_id: "bed", kind: "bed", name: "Giường 1", start: at(start), end: at(end) },
      ...more,
    ],
  };
  return {
    id: `${id}-visit`,
    note: "",
    appointments: [{ id, customer_id: id, guest_name: "", status, treatments: [treatment] }],
  };
}

function board(change: Record<string, unknown> = {}): BoardRead {
  return {
    branch_id: "q1",
    day: "2027-02-06",
    time_zone: "Etc/UTC",
    start: at("00:00"),
    end: at("23:59"),
    people: [person()],
    rooms: [{ id: "sen", name: "Phòng Sen", equipment: [{ id: "bed", name: "Giường 1" }] }],
    guests: [{ id: "mai", full_name: "Chị Mai", contraindications: "Dị ứng lạc" }],
    visits: [],
    ...change,
  } as unknown as BoardRead;
}

function person(change: Record<string, unknown> = {}) {
  const shift = { id: "shift", start: at("09:00"), end: at("17:00") };
  return { id: LAN, shifts: [shift], leave: [], blocked: [], ...change };
}

const told = (boards: BoardRead[]) =>
  agendaOf(boards, LAN).entries.map(
    ({ kind, start, end }) =>
      `${kind} ${new Date(start).toISOString().slice(11, 16)}–${new Date(end).toISOString().slice(11, 16)}`,
  );

describe("a day", () => {
  it("has guests, breaks and the gaps between, within the shift", () => {
    const blocked = [
      { id: "lunch", day: "2027-02-06", start: at("12:00"), end: at("12:30"), reason: "break", note: "" },
    ];
    const visits = [visit({ time: ["10:00", "11:00"] }), visit({ id: "hoa", time: ["11:10", "12:00"] })];
    expect(told([board({ people: [person({ blocked })], visits })])).toEqual([
      "shift 09:00–17:00",
      "gap 09:00–10:00",
      "guest 10:00–11:00",
      "guest 11:10–12:00", // ten minutes are for cleaning up
      "blocked 12:00–12:30",
      "gap 12:30–17:00",
    ]);
  });

  it("joins the branches, and tells a break of the person once", () => {
    const blocked = [
      { id: "lunch", day: "2027-02-06", start: at("12:00"), end: at("13:00"), reason: "break", note: "" },
    ];
    const morning = { id: "a", start: at("09:00"), end: at("12:00") };
    const evening = { id: "b", start: at("14:00"), end: at("17:00") };
    const first = board({ people: [person({ shifts: [morning], blocked })] });
    const second = board({
      branch_id: "q3",
      people: [person({ shifts: [evening], blocked })],
      visits: [visit({ time: ["14:00", "17:00"] })],
    });
    expect(told([first, second])).toEqual([
      "shift 09:00–12:00",
      "gap 09:00–12:00",
      "blocked 12:00–13:00",
      "shift 14:00–17:00",
      "guest 14:00–17:00",
    ]);
  });

  it("leaves out the guests of others and those who do not come", () => {
    const visits = [
      visit({ id: "a", therapist: "nhung" }),
      visit({ id: "b", status: "cancelled" }),
      visit({ id: "c" }),
    ];
    expect(agendaOf([board({ visits })], LAN).guests.map(({ id }) => id)).toEqual(["c"]);
  });

  it("shows leave of several days on this day alone", () => {
    const leave = [{ id: "leave", start: "2027-02-01T00:00:00Z", end: "2027-02-09T00:00:00Z" }];
    expect(told([board({ people: [person({ shifts: [], leave })] })])).toEqual(["leave 00:00–23:59"]);
  });
});

it("tells of a guest the place, health, the wish, and each time the therapist is needed", () => {
  const back = { resource_id: LAN, kind: "staff", name: "Lan", start: at("11:00"), end: at("11:30") };
  const [guest] = agendaOf([board({ visits: [visit({ wish: LAN, more: [back] })] })], LAN).guests;
  expect(guest).toMatchObject({
    name: "Chị Mai",
    health: "Dị ứng lạc",
    isRequested: true,
    places: ["Phòng Sen · Giường 1"],
    spans: [
      { start: instant("09:00"), end: instant("10:00") },
      { start: instant("11:00"), end: instant("11:30") },
    ],
    end: instant("11:30"),
  });
});

const guests = (...booked: Booked[]) => agendaOf([board({ visits: booked.map(visit) })], LAN).guests;

describe("the next guest", () => {
  it.each<[string, Booked[], string, string | undefined]>([
    [
      "is the one who is being treated",
      [
        { id: "a", status: "in_service" },
        { id: "b", time: ["09:30", "11:00"] },
      ],
      "09:40",
      "a",
    ],
    [
      "is the first one to come",
      [
        { id: "a", status: "completed" },
        { id: "b", time: ["10:00", "11:00"] },
      ],
      "09:40",
      "b",
    ],
    [
      "is not one whose whole time has passed",
      [{ id: "a" }, { id: "b", time: ["11:00", "12:00"] }],
      "10:30",
      "b",
    ],
    [
      "is one who waits, however long",
      [
        { id: "a", status: "arrived" },
        { id: "b", time: ["11:00", "12:00"] },
      ],
      "10:30",
      "a",
    ],
    ["is nobody when all are done", [{ id: "a", status: "completed" }], "10:30", undefined],
  ])("%s", (_, booked, now, id) => expect(nextGuest(guests(...booked), instant(now))?.id).toBe(id));
});

describe("the clock", () => {
  it.each<[AppointmentStatus, string, ReturnType<typeof timingOf>]>([
    ["confirmed", "07:29", null],
    ["confirmed", "08:48", { key: "in", minutes: 12 }],
    ["confirmed", "09:00", { key: "in", minutes: 0 }],
    ["confirmed", "09:07", { key: "late", minutes: 7 }],
    ["arrived", "08:50", { key: "in", minutes: 10 }],
    ["arrived", "09:07", { key: "waiting", minutes: 7 }],
    ["in_service", "09:35", { key: "left", minutes: 25 }],
    ["in_service", "10:15", { key: "over", minutes: 15 }],
    ["completed", "09:30", null],
  ])("says of %s at %s: %j", (status, now, timing) => {
    const [guest] = guests({ status });
    expect(timingOf(guest as Guest, instant(now))).toEqual(timing);
  });
});

it.each([
  [-80, 10, 1],
  [80, -20, -1],
  [-40, 0, 0], // too short
  [-80, 60, 0], // the page is scrolled
])("a finger that goes %i across and %i down leads %i days on", (x, y, days) =>
  expect(swipeOf(x, y)).toBe(days),
);
