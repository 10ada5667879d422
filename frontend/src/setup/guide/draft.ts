/** What is entered for a new spa, until it is saved as one set-up file. Everything here is pure. */
import { type Hours, usualHours } from "../hours";
import type { Place } from "../place";
import { STEPS, type Step } from "../search";
import { BEDS, CATEGORIES, TREATMENTS } from "./starter";

/** Monday first, as ISO 8601 counts. */
export const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

export interface Room {
  id: number;
  name: string;
  bed: string;
  beds: number;
}

export interface Length {
  minutes: number;
  price: number;
}

export interface Treatment {
  id: number;
  isOffered: boolean;
  category: string;
  vi: string;
  en: string;
  /** The kind of bed, or an empty text: it needs none. */
  bed: string;
  lengths: Length[];
}

export interface Person {
  id: number;
  name: string;
  gender: "female" | "male" | "";
  /** The categories whose treatments the person does. */
  does: string[];
  /** The weekdays on which the person works. */
  days: number[];
  /** From when to when; null: as the branch is open. */
  times: { starts: string; ends: string } | null;
}

export interface Draft {
  branch: { name: string; address: string; phone: string; country: string; timeZone: string };
  /** Monday to Sunday. */
  hours: Hours[];
  rooms: Room[];
  treatments: Treatment[];
  people: Person[];
  /** The next id of a room, a treatment or a person. */
  nextId: number;
}

/** Return a draft with what most spas have. `roomName` names the first rooms. */
export function newDraft(place: Place, roomName: (number: number) => string): Draft {
  const rooms = [1, 2, 3].map((number) => ({ ...newRoom(number), name: roomName(number) }));
  const treatments = TREATMENTS.map(({ lengths, isUsual, ...treatment }, index) => ({
    ...treatment,
    id: 100 + index,
    isOffered: isUsual && treatment.bed === rooms[0]?.bed,
    lengths: lengths.map(([minutes = 0, price = 0]) => ({ minutes, price })),
  }));
  return {
    branch: { name: "", address: "", phone: "", ...place },
    hours: WEEK.map(() => usualHours()),
    rooms,
    treatments,
    people: [newPerson(4)],
    nextId: 1000,
  };
}

export function newRoom(id: number): Room {
  return { id, name: "", bed: BEDS[0]?.key ?? "", beds: 1 };
}

export function newPerson(id: number): Person {
  return { id, name: "", gender: "", does: CATEGORIES.map(({ key }) => key), days: [...WEEK], times: null };
}

/** Return what a new name changes: the middle words Thị and Văn say the gender, unless it was chosen. */
export function rename(person: Person, name: string): Partial<Person> {
  if (person.gender !== "") return { name };
  if (/\sthị\s/i.test(name.normalize("NFC"))) return { name, gender: "female" };
  return /\svăn\s/i.test(name.normalize("NFC")) ? { name, gender: "male" } : { name };
}

export function newTreatment(id: number, category: string): Treatment {
  const bed = TREATMENTS.find((starter) => starter.category === category)?.bed ?? "";
  return { id, isOffered: true, category, vi: "", en: "", bed, lengths: [{ minutes: 60, price: 0 }] };
}

/** Return the people with a name: the last row is for the next one. */
export function named(people: readonly Person[]): Person[] {
  return people.filter(({ name }) => name.trim() !== "");
}

export function offered(draft: Draft): Treatment[] {
  return draft.treatments.filter(({ isOffered, vi, en }) => isOffered && `${vi}${en}`.trim() !== "");
}

/** Return the categories that have a treatment. */
export function categoriesOf(draft: Draft): string[] {
  const used = new Set(offered(draft).map(({ category }) => category));
  return CATEGORIES.map(({ key }) => key).filter((key) => used.has(key));
}

/** Return the kinds of beds that a treatment needs and no room has. */
export function missingBeds(draft: Draft): string[] {
  const there = new Set(draft.rooms.filter(({ beds }) => beds > 0).map(({ bed }) => bed));
  const needed = new Set(offered(draft).map(({ bed }) => bed));
  return [...needed].filter((bed) => bed !== "" && !there.has(bed));
}

/** Put the usual treatments on the menu for which there are beds now, and leave out those of the list for which there are
    none. What the owner has changed stays. */
export function withUsual(draft: Draft, before: readonly Room[]): Draft {
  const [had, has] = [before, draft.rooms].map((rooms) => new Set(rooms.map(({ bed }) => bed)));
  const treatments = draft.treatments.map((treatment, index) => {
    const starter = TREATMENTS[index];
    if (starter?.isUsual !== true || had?.has(treatment.bed) === has?.has(treatment.bed)) return treatment;
    return { ...treatment, isOffered: has?.has(treatment.bed) === true };
  });
  return { ...draft, treatments };
}

/** What keeps a step from being complete, by the name of its text; null: nothing. */
export type Gap =
  | "name"
  | "hours"
  | "rooms"
  | "treatments"
  | "prices"
  | "beds"
  | "people"
  | "skills"
  | "shifts"
  | null;

export function gapOf(draft: Draft, step: Step): Gap {
  switch (step) {
    case "branch":
      if (draft.branch.name.trim() === "") return "name";
      return draft.hours.some(({ isOpen }) => isOpen) ? null : "hours";
    case "rooms":
      return draft.rooms.some(({ name, beds }) => beds > 0 && name.trim() !== "") ? null : "rooms";
    case "treatments": {
      const menu = offered(draft);
      if (menu.length === 0) return "treatments";
      if (menu.some(({ lengths }) => lengths.length === 0 || lengths.some(({ minutes }) => minutes < 5)))
        return "prices";
      return missingBeds(draft).length > 0 ? "beds" : null;
    }
    case "people": {
      const people = named(draft.people);
      if (people.length === 0) return "people";
      const done = new Set(people.flatMap(({ does }) => does));
      return categoriesOf(draft).every((key) => done.has(key)) ? null : "skills";
    }
    case "shifts":
      return named(draft.people).some(({ days }) => days.length > 0) ? null : "shifts";
    case "check":
      return null;
  }
}

/** Return the first step that is not complete, or the last one. */
export function firstGap(draft: Draft): Step {
  return STEPS.find((step) => gapOf(draft, step) !== null) ?? "check";
}
