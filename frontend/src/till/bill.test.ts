import { describe, expect, it } from "vitest";
import type { AppointmentRead, BranchRead, SaleLineRead, SaleRead, VisitRead } from "@/api/generated";
import {
  businessDay,
  contentOf,
  EMPTY,
  groupLines,
  guestsElsewhere,
  linesToShow,
  numberIn,
  numberOf,
  takenOf,
  withItem,
  withLine,
  withTip,
} from "./bill";

function line(id: string, more: Partial<SaleLineRead> = {}): SaleLineRead {
  return {
    id,
    kind: "service",
    visit_id: null,
    item_id: null,
    product_id: null,
    add_on_id: null,
    staff_id: null,
    quantity: 1,
    discount_amount: 0,
    discount_percent: 0,
    course_line_id: null,
    ...more,
  } as SaleLineRead;
}

function bill(lines: SaleLineRead[], more: Partial<SaleRead> = {}): SaleRead {
  return {
    customer_id: null,
    note: "",
    discount_amount: 0,
    discount_percent: 0,
    lines,
    tips: [],
    ...more,
  } as unknown as SaleRead;
}

function guest(
  id: string,
  treatments: [id: string, addOns?: string[]][],
  status = "completed",
): AppointmentRead {
  return {
    id,
    status,
    treatments: treatments.map(([treatmentId, addOns = []]) => ({
      id: treatmentId,
      add_ons: addOns.map((add_on_id) => ({ add_on_id })),
    })),
  } as unknown as AppointmentRead;
}

const couple = {
  id: "visit",
  appointments: [guest("mai", [["t1", ["stones"]]]), guest("khoa", [["t2", ["stones"]]])],
} as unknown as VisitRead;

describe("contentOf", () => {
  it("asks for what the bill has", () => {
    const content = contentOf(
      bill([line("a", { quantity: 2, discount_percent: 10, staff_id: "lan", course_line_id: "b" })], {
        tips: [{ staff_id: "lan", amount: 20_000 }] as SaleRead["tips"],
      }),
    );
    expect(content.lines).toEqual([
      {
        id: "a",
        staff_id: "lan",
        quantity: 2,
        discount_amount: 0,
        discount_percent: 10,
        course_id: null,
        by_new_course: true,
      },
    ]);
    expect(content).toMatchObject({ tips: [{ staff_id: "lan", amount: 20_000 }], tip: 0 });
  });
});

describe("withLine", () => {
  const content = contentOf(bill([line("a"), line("b")]));
  it("changes one line", () =>
    expect(withLine(content, "b", { quantity: 3 }).lines.map(({ quantity }) => quantity)).toEqual([1, 3]));
  it("takes one off", () => expect(withLine(content, "a", null).lines.map(({ id }) => id)).toEqual(["b"]));
});

describe("withItem", () => {
  it("adds a line", () =>
    expect(withItem(EMPTY, null, { variant_id: "v" }).lines).toEqual([{ variant_id: "v" }]));
  it("sells a second piece of a product by the line that is there", () => {
    const known = bill([line("a", { kind: "product", product_id: "oil" })]);
    const next = withItem(contentOf(known), known, { product_id: "oil" });
    expect(next.lines.map(({ id, quantity }) => [id, quantity])).toEqual([["a", 2]]);
  });
});

it("gives each person one tip, and none of 0", () => {
  const once = withTip({ ...EMPTY, tip: 50_000 }, "lan", 20_000);
  expect(once).toMatchObject({ tip: 0, tips: [{ staff_id: "lan", amount: 20_000 }] });
  expect(withTip(once, "lan", 0).tips).toEqual([]);
});

it("shows what was changed before there is an answer", () => {
  const known = bill([line("a"), line("b")]);
  const wanted = withLine(withLine(contentOf(known), "a", null), "b", { quantity: 5 });
  expect(linesToShow(known, wanted).map(({ id, quantity }) => [id, quantity])).toEqual([["b", 5]]);
  expect(linesToShow(known, null)).toBe(known.lines);
});

describe("groupLines", () => {
  const ofVisit = (id: string, item_id: string, add_on_id: string | null = null) =>
    line(id, { visit_id: "visit", item_id, add_on_id });
  it("puts treatments and the add-ons behind them under their guest", () => {
    const lines = [
      ofVisit("a", "t1"),
      ofVisit("b", "x1", "stones"),
      ofVisit("c", "t2"),
      ofVisit("d", "x2", "stones"),
    ];
    const groups = groupLines([...lines, line("oil")], [couple]);
    expect(groups.map((group) => [group.id, group.lines.map(({ id }) => id)])).toEqual([
      ["mai", ["a", "b"]],
      ["khoa", ["c", "d"]],
      [null, ["oil"]],
    ]);
  });
  it("has one group while the visit is not known", () =>
    expect(groupLines([ofVisit("a", "t1")], []).map(({ id }) => id)).toEqual([null]));
  it("names the guests who are left out, but for those who do not pay", () => {
    const visit = { ...couple, appointments: [...couple.appointments, guest("lan", [["t3"]], "cancelled")] };
    const groups = groupLines([ofVisit("a", "t1")], [visit]);
    expect(guestsElsewhere(groups).map(({ guests }) => guests.map(({ id }) => id))).toEqual([["khoa"]]);
  });
});

it("counts the night to the day before", () => {
  const branch = { time_zone: "Asia/Ho_Chi_Minh", business_day_starts: 4 } as BranchRead;
  expect(businessDay(branch, Date.parse("2026-11-30T17:30:00Z"))).toBe("2026-11-30");
  expect(businessDay(branch, Date.parse("2026-11-30T21:00:00Z"))).toBe("2026-12-01");
});

describe("the number of a bill", () => {
  it("is that of its receipt", () => expect(numberOf({ year: 2026, number: 42 })).toBe("2026-000042"));
  it("is none before it is paid", () => expect(numberOf({ year: null, number: null })).toBeNull());
  it.each([
    ["42", 42],
    ["000042", 42],
    ["2026-000042", 42],
    ["0", null],
    ["0912345678", null],
    ["Mai", null],
  ])("is read from %s", (text, number) => expect(numberIn(text)).toBe(number));
});

it("takes no money for what a session of a course pays", () => {
  const payments = [
    { method: "cash", amount: 3_500_000 },
    { method: "course", amount: 350_000 },
  ] as SaleRead["payments"];
  expect(takenOf({ payments })).toBe(3_500_000);
});
