import { describe, expect, it } from "vitest";
import type { TransferBill } from "@/api/generated";
import { findBills, leftOf, offerBills } from "./transfer";

const bill = (sale_id: string, due: number, more: Partial<TransferBill> = {}): TransferBill => ({
  sale_id,
  branch_id: "b",
  status: due > 0 ? "open" : "closed",
  year: null,
  number: null,
  name: null,
  due,
  created_at: "2026-12-01T05:00:00Z",
  closed_at: null,
  is_named: false,
  ...more,
});
const ids = (bills: TransferBill[]) => bills.map(({ sale_id }) => sale_id);

describe("a transfer", () => {
  it("has left what paid no bill and was not sent back", () =>
    expect(leftOf({ amount: 500, applied: 300, returned: 50 })).toBe(150));

  it("fits the bill that it names, and those of what is left of it", () => {
    const bills = [
      bill("named", 900, { is_named: true }),
      bill("equal", 150),
      bill("other", 500),
      bill("paid", 0, { is_named: true }),
    ];
    const offered = offerBills(bills, { amount: 500, applied: 350, returned: 0 });
    expect(ids(offered.fitting)).toEqual(["named", "equal"]);
    expect(ids(offered.others)).toEqual(["other"]);
    expect(ids(offered.meant)).toEqual(["paid"]);
  });

  it("offers three of many bills of one amount, and keeps the rest to be found", () => {
    const bills = ["a", "b", "c", "d"].map((id) => bill(id, 100));
    const offered = offerBills(bills, { amount: 100, applied: 0, returned: 0 });
    expect(ids(offered.fitting)).toEqual(["a", "b", "c"]);
    expect(ids(offered.others)).toEqual(["d"]);
  });
});

describe("a bill", () => {
  const bills = [bill("mai", 450_000, { name: "Chị Mai" }), bill("khoa", 900_000, { name: "Anh Khoa" })];

  it("is found by the name without marks", () => expect(ids(findBills(bills, "chi mai"))).toEqual(["mai"]));
  it("is found by what is left to pay", () => expect(ids(findBills(bills, "900.0"))).toEqual(["khoa"]));
  it("is one of all while nothing is typed", () =>
    expect(ids(findBills(bills, ""))).toEqual(["mai", "khoa"]));
});
