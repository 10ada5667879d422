/** Amounts as they are typed. Pure. */

/** Return the amount in đồng of what somebody typed: `180k` and `180.000` are 180000, `2tr` is 2000000. Other signs are left
    out. A unit counts as soon as it is typed: `t` is that of `tr`. */
export function amountOf(typed: string): number {
  const digits = Number(typed.replace(/\D/g, ""));
  const unit = /[kt]/i.exec(typed)?.[0].toLowerCase();
  return digits * (unit === "k" ? 1_000 : unit === "t" ? 1_000_000 : 1);
}
