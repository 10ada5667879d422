/** At closing time the bill, the Z report, the ledger and the report of the day say the same. */
import { workEvening } from "./evening";
import { expect, storedOf, test } from "./facts";

interface Z {
  accounts: Record<string, number>;
  payments: { method: string; received: number; refunded: number }[];
}

test("half in cash, half by VietQR, one treatment refunded, the drawer closed: all of it agrees", async ({
  page,
  request,
}) => {
  const { spa, bill } = await workEvening(page, request);
  expect(bill).toMatchObject({ status: "closed", number: 1, paid: 960_001, due: 0 });
  expect(bill.payments.map(({ method, amount, refunded }) => [method, amount, refunded])).toEqual([
    ["cash", 480_000, 450_000],
    ["transfer", 480_001, 0],
  ]);
  const ledger = storedOf(spa.branch, "ledger").map((row) => row.split(" "));
  const sums = Object.fromEntries(ledger.map(([account = "", sum]) => [account, Number(sum)]));
  expect(sums).toMatchObject({ safe: -500_000, cash: 530_000, bank: 480_001, tip: -60_001 });
  expect((sums.revenue ?? 0) + (sums.vat ?? 0)).toBe(-450_000);
  expect(Object.values(sums).reduce((sum, amount) => sum + amount, 0)).toBe(0);

  const { items } = await spa.call<{ items: { z: Z | null }[] }>(
    "GET",
    `drawer-sessions?branch_id=${spa.branch}`,
  );
  const z = items[0]?.z;
  const moved = Object.entries(z?.accounts ?? {}).filter(([, amount]) => amount !== 0);
  expect(Object.fromEntries(moved)).toEqual(sums);

  const report = await spa.call<Z & { revenue: number; tax: number; tips: number }>(
    "GET",
    `reports/day?branch_id=${spa.branch}&day=${spa.today}`,
  );
  expect(report).toMatchObject({
    ...{ revenue: -(sums.revenue ?? 0), tax: -(sums.vat ?? 0), tips: 60_001, payments: z?.payments },
  });
});
