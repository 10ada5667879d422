import { describe, expect, it } from "vitest";
import { fieldsOfSearch, parseCustomersSearch } from "./search";

describe("the address of the list", () => {
  it("keeps what is valid and nothing else", () => {
    expect(parseCustomersSearch({ archived: true, sort: "newest", tag: "vip", q: "Lan" })).toEqual({
      archived: true,
      sort: "newest",
      tag: "vip",
    });
    expect(parseCustomersSearch({ archived: "yes", sort: "phone", tag: 3 })).toEqual({});
  });
});

describe("a search without a match", () => {
  it.each([
    ["0912 345 678", { full_name: "", phone: "0912 345 678" }],
    ["+84 912 345 678", { full_name: "", phone: "+84 912 345 678" }],
    ["Mai 678", { full_name: "Mai", phone: "" }],
    ["Trần Mai", { full_name: "Trần Mai", phone: "" }],
    ["678", { full_name: "", phone: "" }],
  ])("%s begins a new customer", (text, fields) => expect(fieldsOfSearch(text)).toEqual(fields));
});
