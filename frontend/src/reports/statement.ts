/** What a statement says. Pure. */
import type { CommissionStatement, StatementLine } from "@/api/generated";

export function isEmpty({ lines, tips, payments, sums }: CommissionStatement): boolean {
  const isNothing = lines.length === 0 && tips.length === 0 && payments.length === 0;
  return isNothing && sums.owed_commissions === 0 && sums.owed_tips === 0;
}

/** Return how much of each line that was earned was taken back, by the id of the line of the bill. */
export function takenBack(lines: readonly StatementLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { sale_line_id, refund_line_id, amount } of lines)
    if (refund_line_id !== null) sums.set(sale_line_id, (sums.get(sale_line_id) ?? 0) - amount);
  return sums;
}
