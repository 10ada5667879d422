/** The choices of a person on how to import a file, as the API takes them. All of it is pure. */
import type { CustomerImportPreview, CustomerImportResult, DateOrder } from "@/api/generated";

export const DOUBTS = ["broken_text", "no_name", "another_name", "swapped_birthday"] as const;
export type Doubt = (typeof DOUBTS)[number];

export interface Choices {
  /** Headers of columns that are not imported. */
  ignore: string[];
  dateOrder: DateOrder | null;
  /** Kinds of doubt in spite of which a row is imported. */
  accept: Doubt[];
}

export const NO_CHOICES: Choices = { ignore: [], dateOrder: null, accept: [] };

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

function queryOf({ ignore, dateOrder, accept }: Choices): URLSearchParams {
  const query = new URLSearchParams();
  if (ignore.length > 0) query.set("ignore", ignore.join(";"));
  if (dateOrder !== null) query.set("date_order", dateOrder);
  if (accept.length > 0) query.set("accept", accept.join(";"));
  return query;
}

function withMark(query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Return the kinds of doubt of the rows that are shown, with those that were accepted before. */
export function doubtsIn(preview: CustomerImportPreview, accepted: readonly Doubt[]): Doubt[] {
  const kinds = new Set(preview.rows.flatMap(({ problems }) => problems.map(({ type }) => type)));
  return DOUBTS.filter((doubt) => kinds.has(doubt) || accepted.includes(doubt));
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
