/** Who does what, and what has been changed of it and not saved yet. Everything here is pure. */
import type { DeskCatalogue, DeskCategory, DeskService, StaffRead } from "@/api/generated";
import { matches } from "@/booking/fold";

/** A category with the services that are sold. */
export interface Group {
  category: DeskCategory;
  services: DeskService[];
}

/** By person, then by service: whether they do it now. What is as it was saved is not in it. */
export type Edits = ReadonlyMap<string, ReadonlyMap<string, boolean>>;
export const NO_EDITS: Edits = new Map();

export function groupsOf({ categories, services }: DeskCatalogue): Group[] {
  return categories
    .map((category) => ({
      category,
      services: services.filter(
        ({ category_id, offered }) => category_id === category.id && offered !== "no",
      ),
    }))
    .filter((group) => group.services.length > 0);
}

export function hasLeft({ employed_until }: StaffRead, today: string): boolean {
  return employed_until !== null && employed_until < today;
}

/** Return the people of a branch whose name is typed. */
export function peopleOf(
  people: readonly StaffRead[],
  { branchId, text, today, showsLeft }: { branchId: string; text: string; today: string; showsLeft: boolean },
): StaffRead[] {
  return people.filter(
    (person) =>
      person.branch_ids.includes(branchId) &&
      (showsLeft || !hasLeft(person, today)) &&
      matches(person.full_name, text),
  );
}

export function does(
  person: StaffRead,
  edits: ReadonlyMap<string, boolean> | undefined,
  serviceId: string,
): boolean {
  return edits?.get(serviceId) ?? person.service_ids.includes(serviceId);
}

/** Return the edits with these services done, or not done, by a person. */
export function withSkills(
  edits: Edits,
  person: StaffRead,
  serviceIds: readonly string[],
  isOn: boolean,
): Edits {
  const skills = new Map(edits.get(person.id));
  for (const id of serviceIds) {
    if (person.service_ids.includes(id) === isOn) skills.delete(id);
    else skills.set(id, isOn);
  }
  const next = new Map(edits);
  if (skills.size === 0) next.delete(person.id);
  else next.set(person.id, skills);
  return next;
}

/** Return all services that a person does after the edits, also those that are not shown. */
export function skillsAfter(person: StaffRead, edits: Edits): string[] {
  const changed = edits.get(person.id) ?? new Map<string, boolean>();
  const kept = person.service_ids.filter((id) => changed.get(id) !== false);
  return [...kept, ...[...changed].filter(([id, isOn]) => isOn && !kept.includes(id)).map(([id]) => id)];
}

export function countEdits(edits: Edits): { count: number; people: number } {
  return { count: [...edits.values()].reduce((sum, skills) => sum + skills.size, 0), people: edits.size };
}

export interface Cell {
  row: number;
  column: number;
}

/** Return the cell to which a key leads in a grid of so many rows and columns, or null for other keys. */
export function cellAfter(key: string, { row, column }: Cell, rows: number, columns: number): Cell | null {
  const within = (value: number, count: number) => Math.max(0, Math.min(value, count - 1));
  switch (key) {
    case "ArrowUp":
      return { row: within(row - 1, rows), column };
    case "ArrowDown":
      return { row: within(row + 1, rows), column };
    case "ArrowLeft":
      return { row, column: within(column - 1, columns) };
    case "ArrowRight":
      return { row, column: within(column + 1, columns) };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: columns - 1 };
    default:
      return null;
  }
}
