/** Days that are some months apart. Pure. */

/** Return the day that is so many months later; of a shorter month its last day. */
export function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - 1 + count + 1, 0));
  const found = Math.min(date, last.getUTCDate());
  return `${last.toISOString().slice(0, 8)}${String(found).padStart(2, "0")}`;
}

export function laterOf(day: string, other: string): string {
  return day > other ? day : other;
}
