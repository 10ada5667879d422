import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/errors";
import { linesBeside, refusalOf, stillToConfirm } from "./overrule";

const detail = (type: string, message: string, value?: string) => ({ field: "start", type, message, value });

describe("a refusal", () => {
  it("of two appointments at one time is confirmed", () =>
    expect(refusalOf(new ApiError("SAME_TIME", 409))?.overrule).toEqual({ allow_same_time: true }));

  it("names the appointments that would be stranded, and how many more", () =>
    expect(
      refusalOf(
        new ApiError("APPOINTMENTS_STRANDED", 409, "", [
          detail("stranded_appointment", "Lan nghỉ."),
          detail("more_appointments", "… và 3 nữa."),
        ]),
      ),
    ).toEqual({ overrule: { force: true }, reasons: ["Lan nghỉ.", "… và 3 nữa."], starts: [] }));

  it("of a time that another guest has offers other starts, and is not overruled", () =>
    expect(
      refusalOf(
        new ApiError("SLOT_TAKEN", 409, "", [detail("alternative", "15:00", "2027-02-06T15:00:00+07:00")]),
      ),
    ).toEqual({ overrule: null, reasons: [], starts: [Date.parse("2027-02-06T08:00:00Z")] }));

  it("of closing hours is overruled", () =>
    expect(refusalOf(new ApiError("SLOT_TAKEN", 409, "", [detail("reason", "Đóng cửa.")]))?.overrule).toEqual(
      {
        force: true,
      },
    ));

  it("of a swap says why, and cannot be overruled", () =>
    expect(refusalOf(new ApiError("CANNOT_SWAP", 409, "", [detail("reason", "Lan bận.")]))).toEqual({
      overrule: null,
      reasons: ["Lan bận."],
      starts: [],
    }));

  it.each([new ApiError("STATUS_CONFLICT", 409), new ApiError("VALIDATION_ERROR", 422), new Error("x")])(
    "is only told: %s",
    (error) => expect(refusalOf(error)).toBeNull(),
  );
});

describe("what can be confirmed", () => {
  const refusal = { overrule: { force: true }, reasons: ["Đóng cửa."], starts: [] };

  it("is offered once, and not to who cannot overrule", () => {
    expect(stillToConfirm(refusal, {}, true)).toEqual({ force: true });
    expect(stillToConfirm(refusal, { force: true }, true)).toBeNull();
    expect(stillToConfirm(refusal, {}, false)).toBeNull();
  });

  it("is offered beside what was confirmed before", () =>
    expect(stillToConfirm(refusal, { allow_same_time: true }, true)).toEqual({ force: true }));
});

it("a reason that the title says is said once", () =>
  expect(linesBeside("Chi nhánh đóng cửa. Chọn giờ khác.", ["Chi nhánh đóng cửa.", "Lan nghỉ."])).toEqual([
    "Lan nghỉ.",
  ]));
