/** The choices of a person on how to import a file, as the API takes them. All of it is pure. */
import type { CustomerImportPreview, CustomerImportResult, DateOrder } from "@/api/generated";

export const DOUBTS = ["broken_text", "no_name", "swapped_birthday"] as const;
export type Doubt = (typeof DOUBTS)[number];

/** What a row with another name at a known number is: a customer to rename, or one whom the owner is the contact of. */
export type SharedPhone = "none" | "rename" | "contact";
const ON_SHARED_PHONES: readonly string[] = ["another_name", "duplicate_row"];

export interface Choices {
  /** Headers of columns that are not imported. */
  ignore: string[];
  dateOrder: DateOrder | null;
  /** Kinds of doubt in spite of which a row is imported. */
  accept: Doubt[];
  sharedPhone: SharedPhone;
}

export const NO_CHOICES: Choices = { ignore: [], dateOrder: null, accept: [], sharedPhone: "none" };

/** Return the query of a preview that begins at a row. */
export function previewQuery(choices: Choices, fromRow: number): string {
  const query = queryOf(choices);
  if (fromRow > 1) query.set("from_row", String(fromRow));
  return withMark(query);
}

/** Return the query of an import of the good rows; the others come back. */
export function importQuery(choices: Choices): string {
  const query = queryOf(choices);
  query.set("bad_rows", "return");
  return withMark(query);
}

function queryOf({ ignore, dateOrder, accept, sharedPhone }: Choices): URLSearchParams {
  const query = new URLSearchParams();
  if (ignore.length > 0) query.set("ignore", ignore.join(";"));
  if (dateOrder !== null) query.set("date_order", dateOrder);
  const accepted = sharedPhone === "rename" ? [...accept, "another_name"] : accept;
  if (accepted.length > 0) query.set("accept", accepted.join(";"));
  if (sharedPhone === "contact") query.set("share_phones", "true");
  return query;
}

function withMark(query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Return the kinds of doubt of the rows that are shown, with those that were accepted before. */
export function doubtsIn(preview: CustomerImportPreview, accepted: readonly Doubt[]): Doubt[] {
  const kinds = kindsIn(preview);
  return DOUBTS.filter((doubt) => kinds.has(doubt) || accepted.includes(doubt));
}

/** Return whether people of the rows that are shown share a number, or the user has said what they are. */
export function sharesPhones(preview: CustomerImportPreview, choice: SharedPhone): boolean {
  const kinds = kindsIn(preview);
  return choice !== "none" || ON_SHARED_PHONES.some((kind) => kinds.has(kind));
}

function kindsIn(preview: CustomerImportPreview): Set<string> {
  return new Set(preview.rows.flatMap(({ problems }) => problems.map(({ type }) => type)));
}

/** Return whether the file itself is good: the columns are decided, and it can be read to its end. */
export function canImport(preview: CustomerImportPreview): boolean {
  return preview.problems.length === 0 && preview.created + preview.updated > 0;
}

/** Return the name of the file of refused rows: `khach.csv` becomes `khach-refused.csv`. */
export function refusedName(name: string): string {
  return `${name.replace(/\.[^.]*$/, "")}-refused.csv`;
}

export function importedRows({ created, updated }: CustomerImportResult): number {
  return created + updated;
}
