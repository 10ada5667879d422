import { describe, expect, it } from "vitest";
import type { AppointmentStatus, BoardRead, TreatmentAllocation } from "@/api/generated";
import { assignLanes, halves, layOut, MIN_CARD_HEIGHT, neighbour } from "./layout";
import { gaps, spanOf } from "./spans";
import { MINUTE } from "./time";

const at = (time: string) => `2027-02-06T${time}:00+07:00`;

/** A day with one therapist and one bed, open from nine to nine. */
function day(change: Partial<BoardRead> = {}): BoardRead {
  return {
    branch_id: "b",
    day: "2027-02-06",
    time_zone: "Asia/Ho_Chi_Minh",
    start: at("00:00"),
    end: "2027-02-07T00:00:00+07:00",
    opening_hours: [{ start: at("09:00"), end: at("21:00") }],
    people: [{ id: "lan", name: "Lê Thị Lan", gender: "female", shifts: [], leave: [], blocked: [] }],
    rooms: [
      {
        id: "r",
        name: "Sen",
        equipment: [{ id: "bed", kind: "bed", type_id: "t", name: "Sen 1", outages: [], blocked: [] }],
      },
    ],
    guests: [],
    visits: [],
    stranded: [],
    released: [],
    bills: [],
    ...change,
  };
}

interface Booking {
  start: string;
  end: string;
  status?: AppointmentStatus;
  wish?: string;
  allocations?: [resource: string, kind: "staff" | "bed", start: string, end: string][];
}

function visit(
  id: string,
  { start, end, status = "confirmed", wish, allocations }: Booking,
): BoardRead["visits"][number] {
  const occupied = allocations ?? [
    ["lan", "staff", start, end],
    ["bed", "bed", start, end],
  ];
  const name = { vi: "Gội đầu", en: "Hair wash" };
  return {
    ...{
      id,
      branch_id: "b",
      customer_id: null,
      source: "desk",
      same_room: false,
      note: "",
      created_at: at("08:00"),
    },
    appointments: [
      {
        ...{ id, customer_id: null, guest_name: id, status, hold_expires_at: null, reason: "", price: 0 },
        start: at(start),
        end: at(end),
        treatments: [
          {
            ...{
              id,
              variant_id: "v",
              service_id: "s",
              name,
              variant_name: null,
              price: 0,
              add_ons: [],
              gender: null,
              bed_id: null,
            },
            therapist_id: wish ?? null,
            start: at(start),
            end: at(end),
            allocations: occupied.map(
              ([resource_id, kind, from, to]): TreatmentAllocation => ({
                ...{ resource_id, kind, name: resource_id },
                start: at(from),
                end: at(to),
              }),
            ),
          },
        ],
      },
    ],
  };
}

const all = () => true;
const span = (start: number, end: number) => ({ start, end, lane: 0, lanes: 1 });

describe("columns", () => {
  it("shows a visit in the column of the therapist, and in that of the bed", () => {
    const board = day({ visits: [visit("mai", { start: "14:00", end: "15:00" })] });
    for (const [view, id] of [
      ["staff", "lan"],
      ["rooms", "bed"],
    ] as const) {
      const [column] = layOut(board, view, all).columns;
      expect([column?.id, column?.cards.map((card) => card.visit.id)]).toEqual([id, ["mai"]]);
    }
  });

  it("shows one card for touching pieces of one treatment, and two when the therapist is free between them", () => {
    const pieces = (second: string) =>
      visit("mai", {
        start: "14:00",
        end: "16:00",
        allocations: [
          ["lan", "staff", second, "16:00"],
          ["lan", "staff", "14:00", "14:30"],
        ],
      });
    const cards = (second: string) =>
      layOut(day({ visits: [pieces(second)] }), "staff", all).columns[0]?.cards;
    expect(cards("14:30")).toHaveLength(1);
    expect(cards("15:00")).toHaveLength(2);
  });

  it("keeps a cancelled visit in the columns of the therapist and the bed that it had", () => {
    const board = day({
      visits: [visit("mai", { start: "14:00", end: "15:00", status: "cancelled", allocations: [] })],
      released: [{ treatment_id: "mai", resource_ids: ["bed", "lan"] }],
    });
    for (const [view, id] of [
      ["staff", "lan"],
      ["rooms", "bed"],
    ] as const) {
      const columns = layOut(board, view, all).columns;
      expect(columns.map((column) => [column.id, column.cards.length])).toEqual([[id, 1]]);
    }
    // A therapist who has no column on that day any more.
    const elsewhere = { ...board, released: [{ treatment_id: "mai", resource_ids: ["hoa"] }] };
    expect(layOut(elsewhere, "staff", all).columns.map(({ id }) => id)).toEqual(["lan", "unassigned"]);
  });

  it("keeps a cancelled visit with the therapist asked for, and others in a column of their own", () => {
    const gone = { start: "14:00", end: "15:00", status: "cancelled", allocations: [] } as const;
    const board = day({
      visits: [
        visit("mai", { ...gone, allocations: [], wish: "lan" }),
        visit("ha", { ...gone, allocations: [] }),
      ],
    });
    const columns = layOut(board, "staff", all).columns;
    expect(columns.map(({ id, cards }) => [id, cards.map((card) => card.visit.id)])).toEqual([
      ["lan", ["mai"]],
      ["unassigned", ["ha"]],
    ]);
    expect(layOut(board, "staff", (status) => status !== "cancelled").columns.map(({ id }) => id)).toEqual([
      "lan",
    ]);
  });

  it("shades what is outside shifts and opening hours, leave and blocked times", () => {
    const board = day({
      people: [
        {
          ...{ id: "lan", name: "Lan", gender: null },
          shifts: [{ id: "s", staff_id: "lan", branch_id: "b", start: at("10:00"), end: at("18:00") }],
          leave: [{ id: "l", start: at("16:00"), end: at("18:00") }],
          blocked: [
            { id: "b", day: "2026-12-05", start: at("12:00"), end: at("12:30"), reason: "break", note: "" },
          ],
        },
      ],
    });
    const shades = layOut(board, "staff", all).columns[0]?.shades.map(({ kind, start, end }) => [
      kind,
      (start - Date.parse(board.start)) / 3_600_000,
      (end - Date.parse(board.start)) / 3_600_000,
    ]);
    expect(shades).toEqual([
      ["off", 0, 10],
      ["off", 18, 24],
      ["closed", 0, 9],
      ["closed", 21, 24],
      ["leave", 16, 18],
      ["blocked", 12, 12.5],
    ]);
  });
});

describe("gaps", () => {
  const board = { start: at("00:00"), end: at("10:00") };
  const hour = (count: number) => Date.parse(board.start) + count * 3_600_000;
  it.each([
    ["of nothing are the whole day", [], [[0, 10]]],
    [
      "ignore the order and what overlaps",
      [
        [5, 7],
        [1, 4],
        [2, 6],
      ],
      [
        [0, 1],
        [7, 10],
      ],
    ],
    [
      "end with the day",
      [
        [-2, 1],
        [9, 12],
      ],
      [[1, 9]],
    ],
    ["are none when all is covered", [[-1, 11]], []],
  ])("%s", (_, spans, expected) => {
    const toSpan = ([start = 0, end = 0]: number[]) => ({ start: hour(start), end: hour(end) });
    expect(gaps(spanOf(board), spans.map(toSpan))).toEqual(expected.map(toSpan));
  });
});

describe("lanes", () => {
  it("puts a couple at one start, a hold and a cancelled visit side by side (case 15)", () => {
    const visits = [
      visit("a", { start: "14:00", end: "15:00" }),
      visit("b", { start: "14:00", end: "15:00" }),
      visit("c", { start: "14:00", end: "15:00", status: "held" }),
      visit("d", { start: "14:30", end: "15:30", status: "cancelled", allocations: [], wish: "lan" }),
    ];
    const cards = layOut(day({ visits }), "staff", all).columns[0]?.cards ?? [];
    expect(cards.map(({ lane, lanes }) => [lane, lanes])).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
      [3, 4],
    ]);
  });

  it("gives the whole width to cards that only touch", () => {
    expect(assignLanes([span(0, 1), span(1, 2), span(2, 3)]).every(({ lanes }) => lanes === 1)).toBe(true);
  });

  it("uses a lane again that has become free, and narrows no other group", () => {
    const lanes = assignLanes([span(0, 10), span(0, 4), span(4, 8), span(20, 30)]);
    expect(lanes.map(({ lane, lanes }) => [lane, lanes])).toEqual([
      [0, 2],
      [1, 2],
      [1, 2],
      [0, 1],
    ]);
  });

  it("never draws two cards of one lane over each other, whatever the day", () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 300; round += 1) {
      const cards = Array.from({ length: 1 + random(25) }, () => {
        const start = random(100);
        return span(start, start + 1 + random(20));
      });
      const shortest = random(8);
      const placed = assignLanes(cards, shortest);
      expect(placed).toHaveLength(cards.length);
      for (const [index, card] of placed.entries()) {
        expect(card.lane).toBeLessThan(card.lanes);
        for (const other of placed.slice(index + 1)) {
          const isApart = Math.max(card.end, card.start + shortest) <= other.start;
          if (!isApart) expect(other.lane === card.lane && other.lanes === card.lanes).toBe(false);
        }
      }
    }
  });
});

describe("scale", () => {
  it("gives each of four quarters of an hour in a row a line of 30 px (case 14)", () => {
    const times = ["14:00", "14:15", "14:30", "14:45", "15:00"];
    const visits = times.slice(1).map((end, index) => visit(`g${index}`, { start: times[index] ?? "", end }));
    const { columns, scale } = layOut(day({ visits }), "staff", all);
    for (const card of columns[0]?.cards ?? []) {
      expect(((card.end - card.start) / MINUTE) * scale).toBeGreaterThanOrEqual(MIN_CARD_HEIGHT);
      expect(card.lanes).toBe(1);
    }
  });

  it("is not stretched by five minutes of tidying up", () => {
    const visits = [
      visit("mai", { start: "14:00", end: "14:05" }),
      visit("ha", { start: "14:05", end: "15:00" }),
    ];
    const { columns, scale } = layOut(day({ visits }), "staff", all);
    expect(scale).toBe(2);
    expect(columns[0]?.cards.map(({ lane }) => lane)).toEqual([0, 1]); // drawn longer than it is, so beside the next
  });
});

describe("the span that is drawn", () => {
  const hours = (board: BoardRead) => {
    const { span } = layOut(board, "staff", all);
    return [span.start, span.end].map((instant) => (instant - Date.parse(board.start)) / 3_600_000);
  };
  it("is the opening hours", () => expect(hours(day())).toEqual([9, 21]));
  it("grows to full hours around a card", () =>
    expect(hours(day({ visits: [visit("mai", { start: "08:20", end: "21:10" })] }))).toEqual([8, 22]));
  it("is nine to nine when there is nothing", () =>
    expect(hours(day({ opening_hours: [] }))).toEqual([9, 21]));
  it("ends with the day, not after it", () =>
    expect(hours(day({ opening_hours: [{ start: at("09:00"), end: "2027-02-07T03:00:00+07:00" }] }))).toEqual(
      [9, 24],
    ));
});

describe("the halves of a name", () => {
  it.each([
    ["Giường công nghệ cao", ["Giường công", "nghệ cao"]],
    ["Giường 2", ["Giường", "2"]],
    ["Jacuzzi", ["Jacuzzi", ""]],
  ])("%s", (name, parts) => expect(halves(name)).toEqual(parts));
});

describe("arrow keys", () => {
  const board = day({
    people: ["lan", "mai", "hoa"].map((id) => ({
      id,
      name: id,
      gender: null,
      shifts: [],
      leave: [],
      blocked: [],
    })),
    visits: [
      visit("1", { start: "10:00", end: "11:00" }),
      visit("2", { start: "12:00", end: "13:00" }),
      visit("3", { start: "12:15", end: "13:00", allocations: [["hoa", "staff", "12:15", "13:00"]] }),
    ],
  });
  const { columns } = layOut(board, "staff", all);
  const keys = Object.fromEntries(
    columns.flatMap(({ cards }) => cards.map((card) => [card.visit.id, card.key])),
  );
  it.each([
    ["1", "down", "2"],
    ["2", "up", "1"],
    ["2", "down", undefined],
    ["2", "right", "3"], // over the empty column
    ["3", "left", "2"], // the nearest in time
    ["3", "right", undefined],
  ] as const)("lead from %s %s to %s", (from, direction, to) => {
    expect(neighbour(columns, keys[from] ?? "", direction)).toBe(to === undefined ? null : keys[to]);
  });
});
