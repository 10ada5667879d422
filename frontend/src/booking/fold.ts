/** Search in a list on this device as the API searches customers: without accents, the beginnings of words in any order. */

/** Return a text in small letters without marks: `Đá nóng` is `da nong`. */
export function fold(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll(/[đĐ]/g, "d").toLowerCase();
}

/** Return whether every word of a query begins a word of a text. */
export function matches(text: string, query: string): boolean {
  const words = fold(text).split(/[^\p{L}\p{N}]+/u);
  return fold(query)
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)));
}
