/** Notes and coins. Pure. */

/** The notes of the State Bank that are in use, the largest first. */
export const NOTES = [500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000] as const;

/** To what a guest rounds up who has no small notes. */
const ROUND = [10_000, 50_000, 100_000, 200_000, 500_000];
const MOST_CHIPS = 4;

/** Return what a guest probably hands over for an amount, beside the exact amount. */
export function likelyTendered(amount: number): number[] {
  const rounded = ROUND.map((note) => Math.ceil(amount / note) * note);
  return [...new Set(rounded)].filter((sum) => sum > amount).slice(0, MOST_CHIPS);
}

/** What a payment in cash takes, what is missing, and what is handed back. `tendered` 0: the guest gives what is asked. */
export function cashPayment(
  due: number,
  asked: number,
  tendered: number,
): { amount: number; missing: number; change: number } {
  const wanted = Math.min(asked, due);
  const amount = tendered === 0 ? wanted : Math.min(wanted, tendered);
  return {
    amount,
    missing: due - amount,
    change: tendered === 0 ? 0 : tendered - amount,
  };
}

/** Return what counted notes add up to. */
export function sumOf(counts: Readonly<Record<number, number>>): number {
  return NOTES.reduce((sum, note) => sum + note * (counts[note] ?? 0), 0);
}
