/** Pages of a printed day. Each has all hours, so that no card is cut, and as many columns as can be read. Pure. */
import type { Column } from "./layout";

export const COLUMNS_OF_PAGE = 8;

/** Return the columns of each page, as even as possible: 9 columns are 5 and 4. */
export function pagesOf(columns: Column[], most = COLUMNS_OF_PAGE): Column[][] {
  const count = Math.max(1, Math.ceil(columns.length / most));
  const size = Math.ceil(columns.length / count);
  return Array.from({ length: count }, (_, page) => columns.slice(page * size, (page + 1) * size));
}
