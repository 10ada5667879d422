import { describe, expect, it } from "vitest";
import { byDayPart, isPast, nearestStart, shownStarts } from "./starts";

const ZONE = "Asia/Ho_Chi_Minh";
const at = (time: string) => new Date(`2026-12-05T${time}:00+07:00`).toISOString();
const ms = (time: string) => Date.parse(at(time));

describe("the start that is chosen", () => {
  const starts = [at("09:00"), at("13:55"), at("14:05"), at("15:00")];
  it("is the first without a wish", () => expect(nearestStart(starts, null)).toBe(at("09:00")));
  it("is the wanted one", () => expect(nearestStart(starts, ms("15:00"))).toBe(at("15:00")));
  it("is the earlier of two that are as near", () =>
    expect(nearestStart(starts, ms("14:00"))).toBe(at("13:55")));
  it("is none when nothing is free", () => expect(nearestStart([], ms("14:00"))).toBeNull());
});

it("is over when its quarter of an hour is, and can be written down for seven days", () => {
  const now = ms("14:10");
  const weekBefore = (time: string) => ms(time) - 7 * 24 * 3_600_000;
  const places = [ms("14:15"), ms("14:00"), ms("13:45"), weekBefore("14:15"), weekBefore("14:00")];
  expect(places.map((start) => isPast(start, now))).toEqual([false, false, true, true, false]);
});

describe("the starts that get a button", () => {
  const run = ["14:05", "14:10", "14:15", "14:20", "14:25", "14:30", "16:10", "16:15"].map(at);
  it("are those on the grid and the first of each free stretch", () =>
    expect(shownStarts(run, 15, ZONE, null)).toEqual(["14:05", "14:15", "14:30", "16:10", "16:15"].map(at)));
  it("are also the chosen one", () => expect(shownStarts(run, 15, ZONE, at("14:20"))).toContain(at("14:20")));
  it("follow the clock of the branch where its zone is no whole hour", () => {
    const nepal = ["2026-12-05T08:15:00Z", "2026-12-05T08:20:00Z", "2026-12-05T08:45:00Z"];
    expect(shownStarts([...nepal], 30, "Asia/Kathmandu", null)).toEqual([nepal[0], nepal[2]]);
  });
});

it("are grouped by the part of the branch's day", () => {
  const starts = ["08:00", "11:55", "12:00", "16:55", "17:00", "22:00"].map(at);
  expect(byDayPart(starts, ZONE)).toEqual([
    ["morning", starts.slice(0, 2)],
    ["afternoon", starts.slice(2, 4)],
    ["evening", starts.slice(4)],
  ]);
  expect(byDayPart(starts.slice(4), ZONE).map(([part]) => part)).toEqual(["evening"]);
});
