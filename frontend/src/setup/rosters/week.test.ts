import { describe, expect, it } from "vitest";
import type { ShiftRead, StaffRead, TimeOffRead } from "@/api/generated";
import { HOUR } from "@/board/time";
import {
  clockTimes,
  layOutRoster,
  minutesOf,
  moveFocus,
  type RosterData,
  spanOfDay,
  spanOfShift,
  spanOfWeek,
  suggestTimes,
} from "./week";

const PARIS = "Europe/Paris";
const SAIGON = "Asia/Ho_Chi_Minh";

function person(id: string, employed: Partial<StaffRead> = {}): StaffRead {
  return { id, full_name: id, employed_from: "2020-01-01", employed_until: null, ...employed } as StaffRead;
}

function shift(staff_id: string, start: string, end: string): ShiftRead {
  return { id: `${staff_id}/${start}`, staff_id, branch_id: "b", start, end };
}

function leave(staff_id: string, start: string, end: string, status: string): TimeOffRead {
  return { id: `leave/${staff_id}`, staff_id, start, end, status } as TimeOffRead;
}

const MONDAY = "2026-12-07";
const at = (day: string, time: string) => `${day}T${time}:00+07:00`;
const layOut = (data: Partial<RosterData>) =>
  layOutRoster(SAIGON, MONDAY, { people: [person("lan")], shifts: [], leave: [], open: [], ...data });
const clocks = (spans: { start: number; end: number }[]) =>
  spans.map((span) => Object.values(clockTimes(SAIGON, span)).join("–"));

describe("a week in which the clocks change", () => {
  it("has 169 hours when they are set back, and 167 when they are set forward", () => {
    const hours = (monday: string) => minutesOf([spanOfWeek(PARIS, monday)]) / 60;
    expect(hours("2026-10-19")).toBe(169);
    expect(hours("2026-03-23")).toBe(167);
    expect(hours("2026-10-26")).toBe(168);
  });

  it("has a day of 25 or of 23 hours", () => {
    expect(minutesOf([spanOfDay(PARIS, "2026-10-25")])).toBe(25 * 60);
    expect(minutesOf([spanOfDay(PARIS, "2026-03-29")])).toBe(23 * 60);
  });

  it("counts the hours that are worked, and not those of the clock", () => {
    const night = { starts: "22:00", ends: "06:00" };
    expect(minutesOf([spanOfShift(PARIS, "2026-10-24", night)])).toBe(9 * 60);
    expect(minutesOf([spanOfShift(PARIS, "2026-03-28", night)])).toBe(7 * 60);
    expect(clockTimes(PARIS, spanOfShift(PARIS, "2026-10-24", night))).toEqual(night);
  });

  it("keeps the whole of Sunday in its column", () => {
    const { start, end } = spanOfShift(PARIS, "2026-10-25", { starts: "00:00", ends: "24:00" });
    const shifts = [shift("lan", new Date(start).toISOString(), new Date(end).toISOString())];
    const roster = layOutRoster(PARIS, "2026-10-19", {
      people: [person("lan")],
      shifts,
      leave: [],
      open: [],
    });
    expect(roster.rows[0]?.cells.map((cell) => cell.shifts.length)).toEqual([0, 0, 0, 0, 0, 0, 1]);
    expect(roster.days.at(-1)?.minutes).toBe(25 * 60);
  });
});

describe("the times of a shift", () => {
  it("reach into the next day when they end at or before their start", () => {
    const hours = (starts: string, ends: string) =>
      minutesOf([spanOfShift(SAIGON, MONDAY, { starts, ends })]) / 60;
    expect(hours("09:00", "18:00")).toBe(9);
    expect(hours("18:00", "02:00")).toBe(8);
    expect(hours("18:00", "00:00")).toBe(6);
    expect(hours("18:00", "24:00")).toBe(6);
    expect(hours("09:00", "09:00")).toBe(24);
  });
});

describe("the roster", () => {
  it("puts a shift past midnight on the day on which it begins, and one of the week before on none", () => {
    const roster = layOut({
      shifts: [
        shift("lan", at("2026-12-06", "20:00"), at("2026-12-07", "02:00")),
        shift("lan", at("2026-12-08", "20:00"), at("2026-12-09", "02:00")),
      ],
    });
    expect(roster.days.map(({ minutes }) => minutes / 60)).toEqual([0, 6, 0, 0, 0, 0, 0]);
    expect(roster.rows[0]?.minutes).toBe(6 * 60);
  });

  it("sums hours for each person and each day, and counts nobody twice", () => {
    const roster = layOut({
      people: [person("lan"), person("hoa")],
      shifts: [
        shift("lan", at(MONDAY, "14:00"), at(MONDAY, "18:00")),
        shift("lan", at(MONDAY, "09:00"), at(MONDAY, "12:00")),
        shift("hoa", at(MONDAY, "09:00"), at(MONDAY, "18:00")),
      ],
    });
    expect(roster.rows.map(({ minutes }) => minutes / 60)).toEqual([7, 9]);
    expect(roster.days[0]).toMatchObject({ minutes: 16 * 60, count: 2 });
    expect(roster.minutes).toBe(16 * 60);
    expect(clocks(roster.rows[0]?.cells[0]?.shifts ?? [])).toEqual(["09:00–12:00", "14:00–18:00"]);
  });

  it("shows the opening hours in which nobody works", () => {
    const open = [{ start: at(MONDAY, "09:00"), end: at(MONDAY, "21:00") }];
    const shifts = [
      shift("lan", at(MONDAY, "08:00"), at(MONDAY, "12:00")),
      shift("lan", at(MONDAY, "13:00"), at(MONDAY, "20:00")),
    ];
    const [monday, tuesday] = layOut({ open, shifts }).days;
    expect(clocks(monday?.uncovered ?? [])).toEqual(["12:00–13:00", "20:00–21:00"]);
    expect(tuesday).toMatchObject({ isClosed: true, uncovered: [] });
  });

  it("counts nobody who is on approved leave as working", () => {
    const data = {
      open: [{ start: at(MONDAY, "09:00"), end: at(MONDAY, "18:00") }],
      shifts: [shift("lan", at(MONDAY, "09:00"), at(MONDAY, "18:00"))],
    };
    const on = (status: string) =>
      layOut({ ...data, leave: [leave("lan", at(MONDAY, "12:00"), at("2026-12-09", "00:00"), status)] });
    expect(on("approved").days[0]).toMatchObject({ minutes: 3 * 60, count: 1 });
    expect(clocks(on("approved").days[0]?.uncovered ?? [])).toEqual(["12:00–18:00"]);
    expect(on("approved").rows[0]?.cells.map((cell) => cell.leave.length)).toEqual([1, 1, 0, 0, 0, 0, 0]);
    expect(on("requested").days[0]).toMatchObject({ minutes: 9 * 60, uncovered: [] });
    expect(on("refused").rows[0]?.cells[0]?.leave).toEqual([]);
  });

  it("counts the night after a day as its own, and as no opening of the next day", () => {
    const open = [{ start: at(MONDAY, "18:00"), end: at("2026-12-08", "02:00") }];
    const late = shift("lan", at(MONDAY, "18:00"), at("2026-12-08", "01:00"));
    const [monday, tuesday] = layOut({ open, shifts: [late] }).days;
    expect(clocks(monday?.uncovered ?? [])).toEqual(["01:00–02:00"]);
    expect(tuesday).toMatchObject({ isClosed: true, uncovered: [] });
  });

  it("tells the days of a branch apart that never closes", () => {
    const open = [{ start: at(MONDAY, "00:00"), end: at("2026-12-14", "00:00") }];
    const { days } = layOut({ open, shifts: [shift("lan", at(MONDAY, "09:00"), at(MONDAY, "17:00"))] });
    expect(days.every(({ isClosed }) => !isClosed)).toBe(true);
    expect(clocks(days[0]?.uncovered ?? [])).toEqual(["00:00–09:00", "17:00–00:00"]);
    expect(clocks(days[1]?.uncovered ?? [])).toEqual(["00:00–00:00"]);
  });

  it("leaves out who is not employed that week, unless a shift is left", () => {
    const gone = person("hoa", { employed_until: "2026-12-01" });
    expect(layOut({ people: [person("lan"), gone] }).rows.map(({ id }) => id)).toEqual(["lan"]);
    const shifts = [shift("hoa", at(MONDAY, "09:00"), at(MONDAY, "12:00"))];
    expect(layOut({ people: [gone], shifts }).rows[0]?.cells[0]?.isEmployed).toBe(false);
    const last = person("hoa", { employed_until: "2026-12-08" });
    expect(layOut({ people: [last] }).rows[0]?.cells.map(({ isEmployed }) => isEmployed)).toEqual([
      true,
      true,
      ...Array(5).fill(false),
    ]);
  });
});

describe("the times of a new shift", () => {
  const weekly = [
    { branch_id: "b", weekday: 1, starts: "09:00", ends: "12:00" },
    { branch_id: "b", weekday: 1, starts: "14:00", ends: "24:00" },
  ];
  const open = [{ start: at(MONDAY, "08:00"), end: at(MONDAY, "21:00") }];
  const suggest = (data: Partial<Parameters<typeof suggestTimes>[2]>, day = MONDAY) =>
    suggestTimes(SAIGON, day, { weekly: [], open: [], shifts: [], ...data });

  it("are those of every week, then the opening hours, then a usual day", () => {
    expect(suggest({ weekly, open })).toEqual({ starts: "09:00", ends: "12:00" });
    expect(suggest({ open })).toEqual({ starts: "08:00", ends: "21:00" });
    expect(suggest({ weekly, open }, "2026-12-08")).toEqual({ starts: "09:00", ends: "18:00" });
  });

  it("are those of a whole day where a branch never closes, and reach into the night where it closes late", () => {
    const never = [{ start: at("2026-12-06", "00:00"), end: at("2026-12-14", "00:00") }];
    expect(suggest({ open: never })).toEqual({ starts: "00:00", ends: "00:00" });
    const late = [{ start: at(MONDAY, "18:00"), end: at("2026-12-08", "02:00") }];
    expect(suggest({ open: late })).toEqual({ starts: "18:00", ends: "02:00" });
  });

  it("are the second ones when the person has the first", () => {
    const start = Date.parse(at(MONDAY, "09:00"));
    expect(suggest({ weekly, open, shifts: [{ start, end: start + 3 * HOUR }] })).toEqual({
      starts: "14:00",
      ends: "00:00",
    });
  });
});

describe("the arrow keys", () => {
  const counts = [
    [1, 3, 1],
    [1, 1, 2],
  ];
  const from = (row: number, column: number, index: number, key: string, isFar = false) =>
    Object.values(moveFocus(counts, { row, column, index }, key, isFar) ?? {});

  it("lead through the buttons of a cell, then to the next row", () => {
    expect(from(0, 1, 0, "ArrowDown")).toEqual([0, 1, 1]);
    expect(from(0, 1, 2, "ArrowDown")).toEqual([1, 1, 0]);
    expect(from(1, 1, 0, "ArrowUp")).toEqual([0, 1, 2]);
    expect(from(1, 2, 1, "ArrowDown")).toEqual([1, 2, 1]);
  });

  it("lead to the days beside, and stop at the ends", () => {
    expect(from(0, 1, 2, "ArrowRight")).toEqual([0, 2, 0]);
    expect(from(0, 2, 0, "ArrowRight")).toEqual([0, 2, 0]);
    expect(from(0, 0, 0, "ArrowLeft")).toEqual([0, 0, 0]);
    expect(from(1, 1, 0, "End")).toEqual([1, 2, 0]);
    expect(from(1, 1, 0, "Home", true)).toEqual([0, 0, 0]);
    expect(from(0, 0, 0, "a")).toEqual([]);
  });
});
