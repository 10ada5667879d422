import { describe, expect, it } from "vitest";
import { birthdayText, parseBirthday } from "./birthday";

describe("a birthday", () => {
  it.each([
    ["31/12/1990", "1990-12-31"],
    [" 5-3-2001 ", "2001-03-05"],
    ["05.03.2001", "2001-03-05"],
    ["31121990", "1990-12-31"],
    ["31/12", "--12-31"],
    ["3112", "--12-31"],
    ["29/2", "--02-29"],
    ["29/2/2000", "2000-02-29"],
  ])("is read from %s", (text, birthday) => expect(parseBirthday(text)).toBe(birthday));

  it("is empty when nothing is written", () => expect(parseBirthday("  ")).toBeNull());

  it.each(["31/11", "29/2/2001", "12/31/1990", "31/12/90", "thứ Bảy", "0/1/2000"])(
    "is not guessed from %s",
    (text) => expect(parseBirthday(text)).toBeUndefined(),
  );

  it.each(["1990-12-31", "--02-29"])("%s is the same after it was shown and read", (birthday) =>
    expect(parseBirthday(birthdayText(birthday))).toBe(birthday),
  );
});
