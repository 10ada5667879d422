import { expect, it } from "vitest";
import { freeKey, keyOf } from "./keys";

it.each([
  ["Phòng Sen (đôi)", "phong-sen-doi"],
  ["  ", "x"],
  ["Đặc biệt & VIP!", "dac-biet-vip"],
])("names %s as %s", (name, key) => expect(keyOf(name)).toBe(key));

it("adds a number to a key that is taken", () => {
  expect(freeKey("Sen", new Set(["sen", "sen-2"]))).toBe("sen-3");
  expect(freeKey("Sen", new Set(["mai"]))).toBe("sen");
});
