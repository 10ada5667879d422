import { expect, it } from "vitest";
import type { Column } from "./layout";
import { pagesOf } from "./print";

const columns = (count: number) => Array.from({ length: count }, (_, id) => ({ id: String(id) }) as Column);

it.each([
  [0, [0]],
  [8, [8]],
  [9, [5, 4]],
  [24, [8, 8, 8]],
  [25, [7, 7, 7, 4]],
])("%i columns are printed as %j, each once", (count, sizes) => {
  const pages = pagesOf(columns(count));
  expect(pages.map((page) => page.length)).toEqual(sizes);
  expect(pages.flat().map(({ id }) => id)).toEqual(columns(count).map(({ id }) => id));
});
