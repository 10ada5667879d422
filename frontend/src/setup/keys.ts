/** Keys: the short names by which the set-up file and addresses refer to what the owner calls by a name. Pure. */

/** The longest a key may be, with room for a number after it. */
const LONGEST = 40;

/** Return a name as a key: `Phòng Sen` is `phong-sen`. */
export function keyOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/đ/g, "d")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-");
  return plain.slice(0, LONGEST).replace(/^-+|-+$/g, "") || "x";
}

/** Return a name as a key that is not taken yet: with a number after it, where it has to be. */
export function freeKey(name: string, taken: ReadonlySet<string>): string {
  const key = keyOf(name);
  let free = key;
  for (let number = 2; taken.has(free); number++) free = `${key}-${number}`;
  return free;
}
