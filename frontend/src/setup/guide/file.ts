/** A draft as a set-up file: one branch with everything in it. Everything here is pure. */
import type { FileBranch, FileService, FileStaff, HoursLine, SpaFile } from "@/api/generated";
import type { Hours } from "../hours";
import { freeKey, keyOf } from "../keys";
import type { Step } from "../search";
import { type Draft, named, offered, type Person } from "./draft";
import { BEDS, CATEGORIES } from "./starter";

/** Return a function that gives each name a key of its own. */
function distinctKeys(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    const key = freeKey(name, taken);
    taken.add(key);
    return key;
  };
}

/**
 * Return the file.
 *
 * @param today The day from which the people work, `2026-11-30`.
 */
export function toFile(draft: Draft, today: string): SpaFile {
  const branch = toBranch(draft);
  const menu = offered(draft);
  const services = toServices(draft);
  const skills = (person: Person) =>
    services.filter(({ category }) => person.does.includes(category)).map(({ key }) => key);
  const used = new Set([...menu.map(({ bed }) => bed), ...draft.rooms.map(({ bed }) => bed)]);
  const categories = new Set(menu.map(({ category }) => category));
  const staffKey = distinctKeys();
  return {
    version: 1,
    branches: [branch],
    resource_types: BEDS.filter(({ key }) => used.has(key)).map(({ key, vi, en }) => ({
      key,
      kind: "bed",
      name: { vi, en },
    })),
    categories: CATEGORIES.filter(({ key }) => categories.has(key)).map(({ key, vi, en }) => ({
      key,
      name: { vi, en },
    })),
    services,
    staff: named(draft.people).map(
      (person): FileStaff => ({
        key: staffKey(person.name),
        full_name: person.name.trim(),
        ...(person.gender === "" ? {} : { gender: person.gender }),
        employed_from: today,
        branches: [branch.key],
        skills: skills(person),
        weekly_shifts: shiftsOf(person, draft.hours).map(({ days, opens, closes }) => ({
          branch: branch.key,
          days,
          starts: opens,
          ends: closes,
        })),
      }),
    ),
  };
}

function toBranch({ branch, hours, rooms }: Draft): FileBranch {
  const key = distinctKeys();
  const bedKey = distinctKeys();
  return {
    key: keyOf(branch.name),
    name: branch.name.trim(),
    time_zone: branch.timeZone,
    country: branch.country,
    address: branch.address.trim(),
    ...(branch.phone.trim() === "" ? {} : { phone: branch.phone.trim() }),
    hours: linesOf(hours),
    rooms: rooms
      .filter(({ name }) => name.trim() !== "")
      .map((room) => ({
        key: key(room.name),
        name: room.name.trim(),
        beds: Array.from({ length: room.beds }, (_, index) => ({
          key: bedKey(`${room.name.slice(0, 30)} ${index + 1}`),
          name: room.beds === 1 ? room.name.trim() : `${room.name.trim()} · ${index + 1}`,
          type: room.bed,
        })),
      })),
  };
}

function toServices(draft: Draft): FileService[] {
  const key = distinctKeys();
  return CATEGORIES.flatMap((category) =>
    offered(draft)
      .filter((treatment) => treatment.category === category.key)
      .map(({ vi, en, bed, lengths }) => {
        // A name in one language will do.
        const name = { vi: vi.trim() || en.trim(), en: en.trim() || vi.trim() };
        const variantKey = distinctKeys();
        return {
          key: key(name.vi),
          category: category.key,
          name,
          variants: lengths.map(({ minutes, price }) => ({
            key: variantKey(String(minutes)),
            price,
            segments: [{ minutes, staff: true, ...(bed === "" ? {} : { bed }) }],
          })),
        };
      }),
  );
}

/** Return the hours with the weekdays of the same hours in one line. */
export function linesOf(hours: readonly Hours[]): HoursLine[] {
  const lines = new Map<string, HoursLine>();
  for (const [index, { isOpen, spans }] of hours.entries()) {
    for (const { opens, closes } of isOpen ? spans : []) {
      const name = `${opens}–${closes}`;
      const line = lines.get(name) ?? { days: [], opens, closes };
      line.days.push(index + 1);
      lines.set(name, line);
    }
  }
  return [...lines.values()];
}

/** Return the weekly shifts of a person as lines of hours, on days on which the branch is open. */
export function shiftsOf({ days, times }: Person, hours: readonly Hours[]): HoursLine[] {
  return linesOf(
    hours.map(({ isOpen, spans }, index) => ({
      isOpen: isOpen && days.includes(index + 1),
      spans: times === null ? spans : [{ opens: times.starts, closes: times.ends }],
    })),
  );
}

/** Return the step in which a place of the file was entered: `line 1: branches.quan-1.rooms.sen.name`. */
export function stepOf(place: string): Step {
  const [list, , field] = place.replace(/^[^:]*: /, "").split(".");
  if (list === "staff") return field === "weekly_shifts" ? "shifts" : "people";
  if (list === "services" || list === "categories") return "treatments";
  if (list === "resource_types") return "rooms";
  return field === "rooms" ? "rooms" : "branch";
}
