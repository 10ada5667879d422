import { describe, expect, it } from "vitest";
import { fold, matches } from "./fold";

describe("a search without accents", () => {
  it.each([
    ["Đá nóng", "da nong"],
    ["Dưỡng ẨM", "duong am"],
    ["đa\u0301", "da"],
  ])("%s is %s", (text, folded) => expect(fold(text)).toBe(folded));

  it.each([
    ["Massage đá nóng 90", "da nong 90", true],
    ["Massage đá nóng 90", "90 da", true],
    ["Massage đá nóng 90", "ĐÁ", true],
    ["Massage đá nóng 90", "ong", false],
    ["Massage đá nóng 90", "da 60", false],
    ["IPL · Nửa chân", "nua", true],
    ["Massage", "", true],
  ])("%s, %s: %s", (text, query, isFound) => expect(matches(text, query)).toBe(isFound));
});
