import { describe, expect, it } from "vitest";
import { guessPlace } from "../place";
import { type Draft, firstGap, gapOf, missingBeds, newDraft, newPerson, rename, withUsual } from "./draft";
import { linesOf, shiftsOf, stepOf, toFile } from "./file";

const PLACE = { country: "VN", timeZone: "Asia/Ho_Chi_Minh" };
const draft = (change: Partial<Draft> = {}): Draft => {
  const begun = newDraft(PLACE, (number) => `Phòng ${number}`);
  const people = [
    { ...newPerson(1), name: "Nguyễn Thị Lan" },
    { ...newPerson(2), name: " Nguyễn Thị Lan " },
    newPerson(3),
  ];
  return { ...begun, branch: { ...begun.branch, name: "Sen Trắng" }, people, ...change };
};

describe("a draft", () => {
  it("needs a name at first, and no more than a person after it", () => {
    const begun = newDraft(PLACE, String);
    expect(firstGap(begun)).toBe("branch");
    expect(firstGap({ ...begun, branch: { ...begun.branch, name: "Sen" } })).toBe("people");
    expect(firstGap(draft())).toBe("check");
  });

  it("offers the usual treatments for which there are beds", () => {
    const begun = draft();
    expect(missingBeds(begun)).toEqual([]);
    const chairs = begun.rooms.map((room, index) => (index === 2 ? { ...room, bed: "ghe-chan" } : room));
    const changed = withUsual({ ...begun, rooms: chairs }, begun.rooms);
    const added = changed.treatments.filter(
      ({ isOffered }, index) => isOffered !== begun.treatments[index]?.isOffered,
    );
    expect(added.map(({ vi }) => vi)).toEqual(["Massage chân"]);
    expect(withUsual({ ...changed, rooms: begun.rooms }, chairs)).toEqual(begun);
  });

  it("says which step lacks something", () => {
    expect(gapOf(draft({ rooms: [] }), "treatments")).toBe("beds");
    expect(gapOf(draft({ people: [{ ...newPerson(1), name: "Lan", does: [] }] }), "people")).toBe("skills");
    expect(gapOf(draft({ people: [{ ...newPerson(1), name: "Lan", days: [] }] }), "shifts")).toBe("shifts");
    const closed = draft().hours.map((hours) => ({ ...hours, isOpen: false }));
    expect(gapOf(draft({ hours: closed }), "branch")).toBe("hours");
  });
});

it.each([
  ["Nguyễn Thị Lan", "female"],
  ["Phạm Văn Khoa", "male"],
  ["Vũ Lan Anh", undefined],
  ["Văn Mai", undefined],
])("%s is taken to be %s until it is chosen", (name, gender) => {
  expect(rename(newPerson(1), name).gender).toBe(gender);
  expect(rename({ ...newPerson(1), gender: "male" }, name).gender).toBeUndefined();
});

describe("the file of a draft", () => {
  it("has a key of its own for everything", () => {
    const file = toFile(draft(), "2026-11-30");
    expect(file.staff?.map(({ key }) => key)).toEqual(["nguyen-thi-lan", "nguyen-thi-lan-2"]);
    expect(file.branches?.[0]?.rooms?.flatMap(({ beds }) => beds?.map(({ key }) => key))).toEqual([
      "phong-1-1",
      "phong-2-1",
      "phong-3-1",
    ]);
  });

  it("has the skills of the categories, and types and categories that are used alone", () => {
    const onlyBody = { ...newPerson(1), name: "Lan", does: ["co-the"] };
    const file = toFile(draft({ people: [onlyBody] }), "2026-11-30");
    expect(file.staff?.[0]?.skills).toEqual(["tay-te-bao-chet-toan-than"]);
    expect(file.resource_types?.map(({ key }) => key)).toEqual(["giuong-massage"]);
    expect(file.categories?.map(({ key }) => key)).toEqual(["massage", "co-the"]);
  });

  it("joins weekdays with the same hours, and leaves out closed ones", () => {
    const [morning, evening] = [
      { opens: "09:00", closes: "12:00" },
      { opens: "17:00", closes: "01:00" },
    ];
    const hours = draft().hours.map((day, index) =>
      index === 6 ? { ...day, isOpen: false } : index === 5 ? { ...day, spans: [morning, evening] } : day,
    );
    expect(linesOf(hours)).toEqual([
      { days: [1, 2, 3, 4, 5], opens: "09:00", closes: "21:00" },
      { days: [6], ...morning },
      { days: [6], ...evening },
    ]);
    const person = { ...newPerson(1), days: [5, 6, 7], times: { starts: "12:00", ends: "20:00" } };
    expect(shiftsOf(person, hours)).toEqual([{ days: [5, 6], opens: "12:00", closes: "20:00" }]);
  });
});

it.each([
  ["dòng 1: branches.sen.phone", "branch"],
  ["line 1: branches.sen.rooms.phong-1.name", "rooms"],
  ["line 1: services.thai.variants.60.price", "treatments"],
  ["line 1: staff.lan.full_name", "people"],
  ["line 1: staff.lan.weekly_shifts.1.ends", "shifts"],
])("%s was entered in the step %s", (place, step) => expect(stepOf(place)).toBe(step));

it.each([
  ["Asia/Saigon", ["en-US"], { country: "VN", timeZone: "Asia/Ho_Chi_Minh" }],
  ["Europe/Vienna", ["de", "de-AT"], { country: "AT", timeZone: "Europe/Vienna" }],
  ["Etc/UTC", ["vi"], { country: "VN", timeZone: "Etc/UTC" }],
])("a device in %s that speaks %s is guessed", (zone, languages, place) =>
  expect(guessPlace(zone, languages)).toEqual(place),
);
