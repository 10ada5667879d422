import { expect, it } from "vitest";
import { changesOf, languagesOf, newValues, toBody } from "./person";

const SAVED = {
  ...newValues("q1", "2026-12-01"),
  full_name: "Lan",
  phone: "+84912345678",
  user_id: "account",
};

it("sends only what has changed, and an emptied field as null", () => {
  expect(changesOf(SAVED, SAVED)).toEqual({});
  expect(changesOf({ ...SAVED, phone: " ", employed_until: "2026-12-31" }, SAVED)).toEqual({
    phone: null,
    employed_until: "2026-12-31",
  });
});

it("sends a new person without empty fields", () => {
  const { phone, email, employed_until, user_id } = toBody(newValues("q1", "2026-12-01"));
  expect([phone, email, employed_until, user_id]).toEqual([null, null, null, null]);
});

it("offers a rare language to who speaks it", () => {
  expect(languagesOf(["vi", "th"]).at(-1)).toBe("th");
  expect(languagesOf(["vi"])).not.toContain("th");
});
