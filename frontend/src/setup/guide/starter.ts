/** The usual treatments of a Vietnamese spa, with what they need: a new spa begins with them and changes them. */
import starter from "./starter.json";

export interface Words {
  vi: string;
  en: string;
}

export interface Kind extends Words {
  key: string;
}

/** The kinds of beds and chairs. */
export const BEDS: readonly Kind[] = starter.beds;
export const CATEGORIES: readonly Kind[] = starter.categories;

export interface StarterTreatment extends Words {
  category: string;
  /** The kind of bed it is done on. */
  bed: string;
  /** Most spas have it. */
  isUsual: boolean;
  /** Minutes and đồng. */
  lengths: number[][];
}

export const TREATMENTS: readonly StarterTreatment[] = starter.treatments;
