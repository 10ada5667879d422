import { describe, expect, it } from "vitest";
import type { CustomerImportPreview } from "@/api/generated";
import {
  canImport,
  doubtsIn,
  importQuery,
  NO_CHOICES,
  previewQuery,
  refusedName,
  sharesPhones,
} from "./import";

const PREVIEW: CustomerImportPreview = {
  created: 1,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  refused: 0,
  columns: [],
  date_order: null,
  problems: [],
  rows: [],
  more_rows: 0,
};

describe("an import", () => {
  it("asks for the good rows and takes the others back", () =>
    expect(importQuery(NO_CHOICES)).toBe("?bad_rows=return"));

  it("has what was chosen in its query, whatever the headers are called", () => {
    const choices = {
      ignore: ["Địa chỉ", "A&B"],
      dateOrder: "month_first",
      accept: ["no_name"],
      sharedPhone: "rename",
    } as const;
    const query = new URLSearchParams(
      previewQuery({ ...choices, ignore: [...choices.ignore], accept: [...choices.accept] }, 101),
    );
    expect(Object.fromEntries(query)).toEqual({
      ignore: "Địa chỉ;A&B",
      date_order: "month_first",
      accept: "no_name;another_name",
      from_row: "101",
    });
    expect(previewQuery(NO_CHOICES, 1)).toBe("");
  });

  it("shows the doubts of the rows, and those that were accepted, so that they can be taken back", () => {
    const rows: CustomerImportPreview["rows"] = [
      {
        row: 2,
        outcome: "refused",
        customer_id: null,
        values: {},
        previous: {},
        problems: [
          { field: "dòng 2", message: "", type: "no_name" },
          { field: "dòng 2", message: "", type: "phone_number" },
        ],
      },
    ];
    expect(doubtsIn({ ...PREVIEW, rows }, ["broken_text"])).toEqual(["broken_text", "no_name"]);
  });

  it("lets people with one number be a family, whose contact is its owner", () => {
    const rows = (type: string): CustomerImportPreview["rows"] => [
      {
        row: 2,
        outcome: "refused",
        customer_id: null,
        values: {},
        previous: {},
        problems: [{ field: "dòng 2", message: "", type }],
      },
    ];
    expect(sharesPhones({ ...PREVIEW, rows: rows("another_name") }, "none")).toBe(true);
    expect(sharesPhones({ ...PREVIEW, rows: rows("duplicate_row") }, "none")).toBe(true);
    expect(sharesPhones({ ...PREVIEW, rows: rows("phone_number") }, "none")).toBe(false);
    expect(sharesPhones(PREVIEW, "contact")).toBe(true); // so that it can be taken back
    expect(importQuery({ ...NO_CHOICES, sharedPhone: "contact" })).toBe("?share_phones=true&bad_rows=return");
  });

  it("waits until the columns are decided, and until a row would change something", () => {
    expect(canImport(PREVIEW)).toBe(true);
    expect(canImport({ ...PREVIEW, created: 0 })).toBe(false);
    expect(canImport({ ...PREVIEW, problems: [{ field: "", message: "", type: "unknown_column" }] })).toBe(
      false,
    );
  });

  it("names the file of refused rows after the one they came from", () =>
    expect(refusedName("khách.2026.csv")).toBe("khách.2026-refused.csv"));
});
