/** Readers of what an address has. Anything else in an address is undefined, and not left out: the router adds what is left
    out. Pure. */
import { isDay } from "@/board/time";

type Reader<Value> = (given: unknown) => Value | undefined;
type Search<Readers> = {
  [Name in keyof Readers]?: Readers[Name] extends Reader<infer Value> ? Value | undefined : never;
};

export const text: Reader<string> = (given) => (typeof given === "string" ? given : undefined);
export const flag: Reader<boolean> = (given) => (given === true ? true : undefined);
export const day: Reader<string> = (given) => (isDay(given) ? given : undefined);
export const oneOf =
  <const Value>(known: readonly Value[]): Reader<Value> =>
  (given) =>
    known.find((value) => value === given);

export function parser<Readers extends Record<string, Reader<unknown>>>(readers: Readers) {
  return (search: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(readers).map(([name, read]) => [name, read(search[name])]),
    ) as Search<Readers>;
}
