import type { TFunction } from "i18next";
import { expect, test } from "vitest";
import { decimal, hours, periodName, shortAmount } from "./words";

/** Says which text is asked for, with its values. */
const t = ((key: string, values: object) =>
  key === "date.month"
    ? Array.from({ length: 12 }, (_, index) => String(index + 1))
    : `${key.split(".").at(-1)}:${Object.values(values).join("|")}`) as unknown as TFunction;

test("numbers have at most one decimal, by a comma in Vietnamese", () => {
  expect([12.54, 12, 0.04, -1.26, 1234.5].map(decimal)).toEqual(["12,5", "12", "0", "−1,3", "1.234,5"]);
  expect(hours(t, 80)).toBe("hours:1,3");
});

test("short amounts are in thousands, millions and billions", () => {
  expect(
    [950, 250_000, 1_500_000, -20_000_000, 2_000_000_000].map((amount) => shortAmount(t, amount)),
  ).toEqual(["950", "thousands:250", "millions:1,5", "millions:−20", "billions:2"]);
});

test("a period in one month names it once", () => {
  expect(periodName(t, { first: "2026-11-01", last: "2026-11-30" })).toBe("daysOfMonth:1|short:30|11");
  expect(periodName(t, { first: "2026-11-28", last: "2026-12-04" })).toBe("days:short:28|11|short:4|12");
  expect(periodName(t, { first: "2026-12-04", last: "2026-12-04" })).toBe("short:4|12");
});
