import { expect, test } from "vitest";
import type { PlannedTreatment, ReplanRead } from "@/api/generated";
import { at, layout, when } from "@/board/move/samples";
import { marksOf } from "./plan";

const wash: PlannedTreatment = {
  ...{ visit_id: "visit", appointment_id: "guest", treatment_id: "wash", customer_id: null },
  ...{ guest_name: "Mai", status: "confirmed", name: { vi: "Gội đầu", en: "Hair wash" } },
  ...{ start: at("10:00"), end: at("11:00"), before: { id: "lan", name: "Lan" } },
  ...{ after: { id: "mai", name: "Mai" }, asked_for: false, nearest: [] },
};
const planOf = (...treatments: PlannedTreatment[]): ReplanRead => ({
  ...{ treatments, others: [], changes: [], digest: "" },
});
const placesOf = (plan: ReplanRead, columns = layout.columns) =>
  marksOf(plan, columns).map(({ kind, columnId, start, end }) => [kind, columnId, start, end]);

test("a guest leaves one column and comes to another at the same time", () => {
  expect(placesOf(planOf(wash))).toEqual([
    ["leaves", "lan", when("10:00"), when("11:00")],
    ["comes", "mai", when("10:00"), when("11:00")],
  ]);
});

test("a guest whom nobody can take over is marked once, where they are", () => {
  expect(placesOf(planOf({ ...wash, after: null }))).toEqual([
    ["unsolved", "lan", when("10:00"), when("11:00")],
  ]);
});

test("a card that a filter hides is marked all the same", () => {
  const hidden = layout.columns.map((column) => ({ ...column, cards: [] }));
  expect(placesOf(planOf(wash), hidden)).toHaveLength(2);
});

test("guests of colleagues who change to make room are marked, too", () => {
  expect(marksOf({ ...planOf(), others: [wash] }, layout.columns)).toHaveLength(2);
});
