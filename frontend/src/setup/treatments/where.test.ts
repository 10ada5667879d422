import { expect, it } from "vitest";
import type { BranchRead, DeskService, ResourceRead, StaffRead } from "@/api/generated";
import { isDoable, placesOf, type Supply } from "./where";

const segment = {
  minutes: 60,
  needs_staff: true,
  with_guest: true,
  bed_type_id: "bed",
  device_type_id: null,
};
const variant = {
  id: "v",
  service_id: "ipl",
  key: "60",
  name: null,
  price: 0,
  position: 0,
  retired_at: null,
};
const SERVICE: DeskService = {
  ...{
    id: "ipl",
    category_id: "c",
    key: "ipl",
    name: { vi: "IPL", en: "IPL" },
    description: { vi: "", en: "" },
  },
  ...{ position: 0, offered: "online", add_on_ids: [], tax_category_id: null },
  variants: [{ ...variant, segments: [{ ...segment, device_type_id: "laser" }] }],
};
const branch = (id: string, closed_at: string | null = null) => ({ id, name: id, closed_at }) as BranchRead;
const resource = (type_id: string, branch_id: string, retired_at: string | null = null) =>
  ({ type_id, branch_id, retired_at }) as ResourceRead;
const person = (branch_id: string, employed_until: string | null = null) =>
  ({ branch_ids: [branch_id], service_ids: ["ipl"], employed_until }) as StaffRead;
const SUPPLY: Supply = {
  branches: [branch("q1"), branch("q2"), branch("q3"), branch("old", "2026-01-01T00:00:00Z")],
  resources: [
    ...[resource("bed", "q1"), resource("laser", "q1"), resource("bed", "q2"), resource("bed", "q3")],
    ...[resource("laser", "q2", "2026-01-01T00:00:00Z"), resource("laser", "q3")],
  ],
  staff: [person("q1"), person("q1"), person("q2"), person("q3", "2026-11-30")],
};
const found = (service: DeskService) =>
  placesOf(service, SUPPLY, "2026-12-01").map((place) => [
    place.branch.id,
    place.people,
    place.missing,
    isDoable(place),
  ]);

it("is done where there are people, beds and devices", () => {
  expect(found(SERVICE)).toEqual([
    ["q1", 2, [], true],
    ["q2", 1, ["laser"], false],
    ["q3", 0, [], false],
  ]);
});

it("is done where one of its variants is", () => {
  const simple = { ...variant, id: "w", segments: [segment] };
  expect(found({ ...SERVICE, variants: [...SERVICE.variants, simple] })[1]).toEqual(["q2", 1, [], true]);
  const retired = { ...simple, retired_at: "2026-01-01T00:00:00Z" };
  expect(found({ ...SERVICE, variants: [...SERVICE.variants, retired] })[1]).toEqual([
    "q2",
    1,
    ["laser"],
    false,
  ]);
});

it("needs nobody where no segment has a therapist", () => {
  const alone = { ...variant, segments: [{ ...segment, needs_staff: false }] };
  expect(found({ ...SERVICE, variants: [alone] })[2]).toEqual(["q3", 0, [], true]);
});
