import { expect, test } from "vitest";
import type { CommissionRuleRead } from "@/api/generated";
import { bodyOf, groupsOf, newValues } from "./rules";

const rule = (values: Partial<CommissionRuleRead>): CommissionRuleRead => ({
  ...{ id: "r", branch_id: null, staff_id: null, scope: "all", thing_id: null, rate: 1000, amount: null },
  ...{ first_day: "2027-01-01", last_day: null },
  ...values,
});

test("rules for everybody come first, wide ones before narrow ones, and of the same the newest", () => {
  const rules = [
    rule({ id: "service", scope: "service", thing_id: "s" }),
    rule({ id: "old", scope: "services", last_day: "2027-02-28" }),
    rule({ id: "new", scope: "services", first_day: "2027-03-01" }),
    rule({ id: "mai", staff_id: "mai" }),
    rule({ id: "lan", staff_id: "lan" }),
  ];
  const people = [{ id: "lan" }, { id: "hoa" }, { id: "mai" }];
  const ids = (showsEnded: boolean) =>
    groupsOf(rules, people, "2027-03-05", showsEnded).map((group) => group.rules.map(({ id }) => id));
  expect(ids(false)).toEqual([["new", "service"], ["lan"], ["mai"]]);
  expect(ids(true)).toEqual([["new", "old", "service"], ["lan"], ["mai"]]);
});

test("a rule that follows another is for the same, with another day", () => {
  const before = rule({ staff_id: "lan", scope: "service", thing_id: "s", branch_id: "b", rate: 1250 });
  const values = newValues("2027-05-01", "", before, "vi");
  expect(values.percent).toBe("12,5");
  expect(bodyOf({ ...values, percent: "15" })).toEqual({
    ...{ branch_id: "b", staff_id: "lan", scope: "service", thing_id: "s", rate: 1500 },
    ...{ first_day: "2027-05-01", last_day: null },
  });
});

test("a thing that was chosen before is not sent with a scope of many", () => {
  const values = { ...newValues("2027-05-01", "", undefined, "vi"), thingId: "s", percent: "10" };
  expect(bodyOf({ ...values, scope: "services" }).thing_id).toBeNull();
  expect(bodyOf({ ...values, scope: "service" }).thing_id).toBe("s");
  expect(bodyOf({ ...values, isPercent: false, amount: 60_000 })).toMatchObject({ amount: 60_000 });
});
