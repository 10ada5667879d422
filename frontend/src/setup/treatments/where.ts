/** Where a treatment can be done: the branches with its beds, its devices, and somebody who does it. Everything here is pure. */
import type { BranchRead, DeskService, ResourceRead, Segment, StaffRead } from "@/api/generated";
import { variantsOf } from "./menu";

export interface Place {
  branch: BranchRead;
  /** How many people do it there. */
  people: number;
  needsPeople: boolean;
  /** The types of beds and devices that the variant with the fewest of them missing lacks there. */
  missing: string[];
}

/** What a spa has. */
export interface Supply {
  branches: readonly BranchRead[];
  resources: readonly ResourceRead[];
  staff: readonly StaffRead[];
}

export function placesOf(
  service: DeskService,
  { branches, resources, staff }: Supply,
  today: string,
): Place[] {
  const variants = variantsOf(service, false);
  const doers = staff.filter(
    ({ service_ids, employed_until }) =>
      service_ids.includes(service.id) && (employed_until === null || employed_until >= today),
  );
  return branches
    .filter(({ closed_at }) => closed_at === null)
    .map((branch) => {
      const types = new Set(
        resources
          .filter(({ branch_id, retired_at }) => branch_id === branch.id && retired_at === null)
          .map(({ type_id }) => type_id),
      );
      const missing = variants
        .map(({ segments }) => neededTypes(segments).filter((id) => !types.has(id)))
        .sort((one, other) => one.length - other.length);
      return {
        branch,
        people: doers.filter(({ branch_ids }) => branch_ids.includes(branch.id)).length,
        needsPeople: variants.some(({ segments }) => segments.some(({ needs_staff }) => needs_staff)),
        missing: missing[0] ?? [],
      };
    });
}

export function isDoable({ people, needsPeople, missing }: Place): boolean {
  return missing.length === 0 && (people > 0 || !needsPeople);
}

function neededTypes(segments: readonly Segment[]): string[] {
  return [
    ...new Set(
      segments.flatMap(({ bed_type_id, device_type_id }) => [bed_type_id ?? [], device_type_id ?? []].flat()),
    ),
  ];
}
