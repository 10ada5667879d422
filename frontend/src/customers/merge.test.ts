import { describe, expect, it } from "vitest";
import type { CustomerRead } from "@/api/generated";
import { mergedFields } from "./merge";

const RECORD = {
  full_name: "Lê Lan",
  phone: null,
  contact_id: null,
  email: null,
  birthday: null,
  gender: null,
  tags: [],
  contraindications: "",
  notes: "",
} as unknown as CustomerRead;

function merged(survivor: Partial<CustomerRead>, duplicate: Partial<CustomerRead>, field: string) {
  const found = mergedFields({ ...RECORD, ...survivor }, { ...RECORD, ...duplicate }).find(
    (row) => row.field === field,
  );
  return [found?.result, found?.from];
}

describe("a merge", () => {
  it("keeps what the survivor has, the name in any case", () => {
    expect(merged({}, { full_name: "Lê Thị Lan" }, "full_name")).toEqual(["Lê Lan", "survivor"]);
    expect(merged({ phone: "+84912345678" }, { phone: "+84987654321" }, "phone")).toEqual([
      "+84912345678",
      "survivor",
    ]);
  });

  it("takes what the survivor lacks", () =>
    expect(merged({}, { email: "lan@example.com" }, "email")).toEqual(["lan@example.com", "duplicate"]));

  it("keeps both texts and all tags, each once", () => {
    expect(merged({ notes: "Ấm" }, { notes: "Yên tĩnh" }, "notes")).toEqual(["Ấm\nYên tĩnh", "both"]);
    expect(merged({ notes: "Ấm" }, { notes: "Ấm" }, "notes")).toEqual(["Ấm", "survivor"]);
    expect(merged({ tags: ["vip"] }, { tags: ["zalo", "vip"] }, "tags")).toEqual(["vip, zalo", "both"]);
  });

  it("takes the year of a birthday that was known without", () => {
    expect(merged({ birthday: "--12-31" }, { birthday: "1990-12-31" }, "birthday")).toEqual([
      "1990-12-31",
      "duplicate",
    ]);
    expect(merged({ birthday: "--12-30" }, { birthday: "1990-12-31" }, "birthday")).toEqual([
      "--12-30",
      "survivor",
    ]);
  });

  it("says where neither has anything", () => expect(merged({}, {}, "phone")).toEqual(["", "neither"]));
});
