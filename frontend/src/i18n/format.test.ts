import i18next from "i18next";
import { describe, expect, it } from "vitest";
import en from "./en.json";
import { dayName, money, phoneNumber, relativeDayName, shortDayName, shortName } from "./format";
import vi from "./vi.json";

await i18next.init({
  resources: { vi: { translation: vi }, en: { translation: en } },
  interpolation: { escapeValue: false },
});

describe("dates", () => {
  it.each([
    ["vi", "2027-02-06", "Thứ Bảy 6/2"],
    ["vi", "2027-02-07", "Chủ nhật 7/2"],
    ["vi", "2026-12-31", "Thứ Năm 31/12/2026"],
    ["en", "2027-02-06", "Saturday 6 Feb"],
    ["en", "2026-12-31", "Thursday 31 Dec 2026"],
  ])("in %s: %s is %s", (language, day, name) => {
    expect(dayName(i18next.getFixedT(language), day, "2027-02-06")).toBe(name);
  });
  it.each([
    ["2027-02-06", "Hôm nay"],
    ["2027-02-07", "Ngày mai"],
    ["2027-02-05", "Hôm qua"],
    ["2027-02-08", null],
  ])("%s is %s", (day, name) =>
    expect(relativeDayName(i18next.getFixedT("vi"), day, "2027-02-06")).toBe(name),
  );
});

it.each([
  [0, "0đ"],
  [450_000, "450.000đ"],
  [1_250_000, "1.250.000đ"],
  [-50_000, "−50.000đ"],
])("%i is %s", (amount, text) => expect(money(amount)).toBe(text));

it.each([
  ["+84912345678", "0912 345 678"],
  ["+33199001234", "+33 1 99 00 12 34"],
  ["+12025550123", "+12025550123"],
  ["+842838221234", "028 3822 1234"],
  ["+842363822123", "0236 3822 123"],
])("%s is %s", (phone, text) => expect(phoneNumber(phone).replaceAll("\u00a0", " ")).toBe(text));

it.each([
  ["Vũ Thị Lan Anh", "Lan Anh"],
  ["  Mai ", "Mai"],
  ["Camille Moreau", "Camille Moreau"],
  ["Đặng Thị Thu Hà", "Thu Hà"],
  ["María del Carmen", "María del Carmen"],
  ["Kim Min-jun", "Kim Min-jun"],
])("%s is %s for short", (full, short) => expect(shortName(full)).toBe(short));

it("names the ends of a week shortly", () => {
  expect(shortDayName(i18next.getFixedT("vi"), "2026-12-06")).toBe("6/12");
  expect(shortDayName(i18next.getFixedT("en"), "2026-12-06")).toBe("6 Dec");
});
