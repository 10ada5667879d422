import { expect, test } from "vitest";
import type { StatementLine } from "@/api/generated";
import { takenBack } from "./statement";

const line = (values: Partial<StatementLine>) =>
  ({ id: "l", sale_line_id: "a", refund_line_id: null, amount: 45_000, ...values }) as StatementLine;

test("what refunds took back is added up by the line of the bill", () => {
  const sums = takenBack([
    line({}),
    line({ refund_line_id: "r", amount: -20_000 }),
    line({ refund_line_id: "s", amount: -5_000 }),
    line({ sale_line_id: "b" }),
  ]);
  expect([...sums]).toEqual([["a", 25_000]]);
});
