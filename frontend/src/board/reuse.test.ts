import { expect, it } from "vitest";
import { layOut } from "./layout";
import { day, guest, layout } from "./move/samples";
import { reuse } from "./reuse";

const layOutAll = (change: Partial<typeof day>) => layOut({ ...day, ...change }, "staff", () => true);
const other = { ...guest, id: "other", treatments: [] };
const [visit] = day.visits;
if (visit === undefined) throw new Error("the day has no visit");

it("keeps what did not change", () => {
  const again = reuse(layout, layOutAll({}));
  expect(again.columns).toEqual(layout.columns);
  for (const [index, column] of again.columns.entries()) expect(column).toBe(layout.columns[index]);
  expect(again.span).toBe(layout.span);
});

it("keeps the other cards of a column of which one changed", () => {
  const [wash, massage] = guest.treatments;
  if (wash === undefined || massage === undefined) throw new Error("the guest has no two treatments");
  const appointments = [
    { ...guest, treatments: [wash] },
    { ...other, treatments: [massage] },
  ];
  const before = layOutAll({
    visits: [
      { ...visit, appointments: appointments.slice(0, 1) },
      { ...visit, id: "2", appointments: appointments.slice(1) },
    ],
  });
  const [first] = before.columns[0]?.cards ?? [];
  if (first === undefined) throw new Error("the column has no card");
  const renamed = { ...appointments[1], guest_name: "Hoa" } as typeof guest;
  const after = reuse(
    before,
    layOutAll({ visits: [first.visit, { ...visit, id: "2", appointments: [renamed] }] }),
  );
  expect(after.columns[0]).not.toBe(before.columns[0]);
  expect(after.columns[0]?.cards[0]).toBe(first);
  expect(after.columns[0]?.cards[1]?.appointment.guest_name).toBe("Hoa");
  expect(after.columns[1]).toBe(before.columns[1]);
});

it("takes what changed of a column without its cards", () => {
  const shifts = [
    {
      id: "s",
      staff_id: "mai",
      branch_id: "b",
      start: "2027-02-06T09:00:00+07:00",
      end: "2027-02-06T12:00:00+07:00",
    },
  ];
  const people = day.people.map((person) => (person.id === "mai" ? { ...person, shifts } : person));
  const after = reuse(layout, layOutAll({ people }));
  expect(after.columns[0]).toBe(layout.columns[0]);
  expect(after.columns[1]?.shifts).toHaveLength(1);
});
