/** What the device keeps for a time without the network: who is signed in, and the days of the board that were seen last.

    It is where the files of the page are kept as well (Cache Storage), so what is kept can also be shown. It is there for
    one person, only while they are signed in, and for no longer than a day.
*/
import { isAway } from "@/api/errors";

const KEPT = "zenspa.kept";
const USER = "user";
const BOARDS = "board/";
const MOST_DAYS = 3;
const LONGEST = 24 * 3_600_000;
const AT = "x-kept-at";

/** Whose things are kept; null while nobody is known to be signed in, and then nothing is written. */
let owner: string | null = null;
let last: Promise<unknown> = Promise.resolve();

export interface Kept<T> {
  value: T;
  /** When it was known to be right. */
  at: number;
}

/** Do one thing after another, so that what is forgotten does not come back. Without storage nothing is kept. */
function inTurn<T>(work: () => Promise<T>): Promise<T | null> {
  const done = last.then(async () => ("caches" in globalThis ? await work() : null)).catch(() => null);
  last = done;
  return done;
}

/** Keep a user, and remove what was kept of another one. */
export async function keepUser<User extends { id: string }>(user: User): Promise<void> {
  const before = await kept<User>(USER);
  if (before !== null && before.value.id !== user.id) await forgetKept();
  owner = user.id;
  await keep(USER, user);
}

export async function keptUser<User>(): Promise<User | null> {
  return (await kept<User>(USER))?.value ?? null;
}

export async function keepBoard(branchId: string, day: string, board: unknown, at: number): Promise<void> {
  await keep(`${BOARDS}${branchId}/${day}`, board, at);
  await inTurn(forgetOldBoards);
}

export function keptBoard<Board>(branchId: string, day: string): Promise<Kept<Board> | null> {
  return kept<Board>(`${BOARDS}${branchId}/${day}`);
}

/** Ask the API and keep the answer. While the network is away return the one that was kept. */
export async function askOrKept<T>(name: string, ask: () => Promise<T>): Promise<T> {
  try {
    const value = await ask();
    void keep(name, value);
    return value;
  } catch (error) {
    const before = isAway(error) ? await kept<T>(name) : null;
    if (before === null) throw error;
    return before.value;
  }
}

export async function forgetKept(): Promise<void> {
  owner = null;
  await inTurn(() => caches.delete(KEPT));
}

async function keep(name: string, value: unknown, at = Date.now()): Promise<void> {
  await inTurn(async () => {
    if (owner === null) return;
    const cache = await caches.open(KEPT);
    await cache.put(pathOf(name), new Response(JSON.stringify(value), { headers: { [AT]: String(at) } }));
  });
}

async function kept<T>(name: string): Promise<Kept<T> | null> {
  return await inTurn(async () => {
    if (!(await caches.has(KEPT))) return null;
    const cache = await caches.open(KEPT);
    const found = await cache.match(pathOf(name));
    if (found === undefined) return null;
    const at = Number(found.headers.get(AT));
    if (Date.now() - at < LONGEST) return { value: (await found.json()) as T, at };
    await cache.delete(pathOf(name));
    return null;
  });
}

/** Forget all but the days that were seen last, with every branch of theirs. */
async function forgetOldBoards(): Promise<void> {
  if (!(await caches.has(KEPT))) return;
  const cache = await caches.open(KEPT);
  const boards: { path: string; day: string; at: number }[] = [];
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname;
    if (!path.startsWith(pathOf(BOARDS))) continue;
    const at = Number((await cache.match(path))?.headers.get(AT));
    boards.push({ path, day: path.slice(path.lastIndexOf("/") + 1), at });
  }
  boards.sort((first, second) => second.at - first.at);
  const days = [...new Set(boards.map(({ day }) => day))].slice(0, MOST_DAYS);
  const oldest = Date.now() - LONGEST;
  for (const { path, day, at } of boards) if (!days.includes(day) || at <= oldest) await cache.delete(path);
}

/** No request of the page has such an address, and the worker does not look here. */
function pathOf(name: string): string {
  return `/kept/${name}`;
}
