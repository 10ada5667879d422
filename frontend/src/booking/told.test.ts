import i18next from "i18next";
import { expect, it } from "vitest";
import vi from "@/i18n/vi.json";
import { momentName, placesOf } from "./told";

await i18next.init({ resources: { vi: { translation: vi } }, interpolation: { escapeValue: false } });

it("names the day of a time that is on another one", () => {
  const nameOf = (instant: string) =>
    momentName(i18next.getFixedT("vi"), Date.parse(instant), {
      zone: "Asia/Ho_Chi_Minh",
      today: "2026-12-04",
      shown: "2026-12-04",
    });
  expect(nameOf("2026-12-04T07:30:00Z")).toBe("14:30");
  // Midnight is the branch's own.
  expect(nameOf("2026-12-04T17:30:00Z")).toBe("Thứ Bảy 5/12 00:30");
});

it("names who does it and where, each once and therapists shortly", () => {
  const nhung = { kind: "staff", name: "Trần Thị Hồng Nhung" };
  expect(placesOf([nhung, { kind: "bed", name: "Giường Lan 1" }, nhung])).toBe("Hồng Nhung · Giường Lan 1");
});
