import { describe, expect, it } from "vitest";
import type { DeskCatalogue, StaffRead } from "@/api/generated";
import { cellAfter, countEdits, does, groupsOf, NO_EDITS, peopleOf, skillsAfter, withSkills } from "./skills";

const person = (id: string, full_name: string, more: Partial<StaffRead> = {}): StaffRead => ({
  ...{ id, key: id, full_name, gender: null, languages: ["vi"], bio: { vi: "", en: "" } },
  ...{ branch_ids: ["q1"], service_ids: [], user_id: null, phone: null, email: null },
  ...{ employed_from: "2020-01-01", employed_until: null },
  ...more,
});
const LAN = person("lan", "Nguyễn Thị Lan", { service_ids: ["thai", "old"] });

describe("skills", () => {
  it("are shown as they were changed, and saved with those that are not shown", () => {
    const edits = withSkills(NO_EDITS, LAN, ["thai"], false);
    const both = withSkills(edits, LAN, ["stones", "shiatsu"], true);
    expect(does(LAN, both.get("lan"), "thai")).toBe(false);
    expect(does(LAN, both.get("lan"), "stones")).toBe(true);
    expect(skillsAfter(LAN, both)).toEqual(["old", "stones", "shiatsu"]);
    expect(countEdits(both)).toEqual({ count: 3, people: 1 });
  });
  it("that are pressed twice are not changed", () => {
    const edits = withSkills(withSkills(NO_EDITS, LAN, ["thai"], false), LAN, ["thai"], true);
    expect(countEdits(edits)).toEqual({ count: 0, people: 0 });
  });
  it("of a whole category count only what changes", () => {
    expect(countEdits(withSkills(NO_EDITS, LAN, ["thai", "stones"], true)).count).toBe(1);
  });
  it("of another person stay", () => {
    const edits = withSkills(
      withSkills(NO_EDITS, LAN, ["stones"], true),
      person("hoa", "Hoa"),
      ["thai"],
      true,
    );
    expect(countEdits(edits)).toEqual({ count: 2, people: 2 });
  });
});

it("groups what is sold by category", () => {
  const service = (id: string, category_id: string, offered: "online" | "no") => ({
    ...{ id, key: id, category_id, offered, name: { vi: id, en: id }, description: { vi: "", en: "" } },
    ...{ position: 0, add_on_ids: [], variants: [], tax_category_id: null },
  });
  const category = (id: string) => ({ id, key: id, name: { vi: id, en: id }, position: 0 });
  const menu: DeskCatalogue = {
    categories: [category("massage"), category("face")],
    services: [service("thai", "massage", "online"), service("gold", "face", "no")],
    add_ons: [],
  };
  expect(groupsOf(menu).map(({ services }) => services.map(({ id }) => id))).toEqual([["thai"]]);
});

it("finds the people of a branch, and leaves out who has left", () => {
  const people = [
    LAN,
    person("hoa", "Trần Thị Hoa", { branch_ids: ["q3"] }),
    person("khoa", "Phạm Văn Khoa", { employed_until: "2026-11-30" }),
  ];
  const found = (text: string, showsLeft = false) =>
    peopleOf(people, { branchId: "q1", text, today: "2026-12-01", showsLeft }).map(({ id }) => id);
  expect(found("")).toEqual(["lan"]);
  expect(found("", true)).toEqual(["lan", "khoa"]);
  expect(found("khoa", true)).toEqual(["khoa"]);
});

it.each([
  ["ArrowRight", { row: 1, column: 2 }],
  ["ArrowLeft", { row: 1, column: 0 }],
  ["ArrowUp", { row: 0, column: 1 }],
  ["ArrowDown", { row: 1, column: 1 }],
  ["Home", { row: 1, column: 0 }],
  ["End", { row: 1, column: 3 }],
  ["a", null],
])("%s leads from the last row to %j", (key, cell) =>
  expect(cellAfter(key, { row: 1, column: 1 }, 2, 4)).toEqual(cell),
);
