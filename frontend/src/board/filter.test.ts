import { describe, expect, it } from "vitest";
import type { BoardRead, DayUtilization } from "@/api/generated";
import { fold, onlyColumns, withGuests } from "./filter";
import { day, guest, layout } from "./move/samples";
import { firstOfStrip, shareOf } from "./strip";

const board: BoardRead = {
  ...day,
  guests: [
    {
      id: "1",
      full_name: "Nguyễn Thị Hường",
      phone: "+84912345678",
      phone_owner: null,
      contraindications: "",
    },
  ],
  visits: day.visits.map((visit) => ({
    ...visit,
    appointments: [
      { ...guest, id: "a", guest_name: "", customer_id: "1" },
      { ...guest, id: "b", guest_name: "Trần Đức" },
    ],
  })),
};

describe("the guests that a text finds", () => {
  it.each([
    ["huong", ["a"]],
    ["Hường 678", ["a"]],
    ["091234", ["a"]],
    ["đức", ["b"]],
    ["  ", ["a", "b"]],
    ["unknown", []],
  ])("for %s are %j", (text, ids) =>
    expect(
      withGuests(board, text).visits.flatMap(({ appointments }) => appointments.map(({ id }) => id)),
    ).toEqual(ids),
  );
  it("are found letter by letter of Telex", () => expect(fold("Hường Đỗ")).toBe("huong do"));
});

it("narrows the columns to one therapist, and shows all when there is none", () => {
  expect(onlyColumns(layout.columns, "staff", "mai").map(({ id }) => id)).toEqual(["mai"]);
  expect(onlyColumns(layout.columns, "staff", "gone")).toHaveLength(2);
});

describe("the date strip", () => {
  it.each([
    ["2027-02-06", "2027-02-01"], // Saturday
    ["2027-02-07", "2027-02-01"], // Sunday
    ["2027-02-08", "2027-02-08"],
  ])("of %s begins on Monday %s", (of, first) => expect(firstOfStrip(of)).toBe(first));
  it.each([
    [0, 480, 0],
    [240, 480, 0.5],
    [600, 480, 1],
    [60, 0, 1],
    [0, 0, 0],
  ])("says that %i of %i minutes is %f", (booked_minutes, working_minutes, share) => {
    const load: DayUtilization = {
      day: "2027-02-06",
      is_open: true,
      guests: 1,
      pending_guests: 0,
      booked_minutes,
      working_minutes,
    };
    expect(shareOf(load)).toBe(share);
  });
});
