/** Keep the page and the files of the newest build, so that the desk and a therapist's day open without the network
    (`public/worker.js`).

    Only for who is signed in. It needs a secure context: HTTPS, or a server on this machine.
*/
import { currentSession, onForget } from "@/api/session";

const FILES = "zenspa.files";
/** One page has all routes. */
const PAGE = "/desk";
/** The therapist's phone has a worker of its own: one for both would see the requests of everything else. */
const SCOPES = [PAGE, "/me"];
const workerOf = (scope: string) => `${scope}/worker.js`;

onForget(() => void removeFiles());

export async function keepFiles(): Promise<void> {
  // The development server has no builds.
  if (!("caches" in globalThis) || !("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  for (const scope of SCOPES) await navigator.serviceWorker.register(trusted(workerOf(scope)), { scope });
  try {
    await fetchFiles();
  } finally {
    // The person has left meanwhile.
    if (currentSession().status !== "signed-in") await removeFiles();
  }
}

async function removeFiles(): Promise<void> {
  if ("caches" in globalThis) await caches.delete(FILES);
}

async function fetchFiles(): Promise<void> {
  const page = await fetch(PAGE, { cache: "no-cache" });
  if (!page.ok) return;
  const cache = await caches.open(FILES);
  const before = await (await cache.match(PAGE))?.text();
  const files = filesOf(await page.clone().text());
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await cache.addAll(files.filter((file) => !kept.has(file)));
  await cache.put(PAGE, page); // last: a page that is kept has all its files
  // A tab that was opened before the new build still loads files of the old one.
  const needed = new Set([PAGE, ...files, ...filesOf(before ?? "")]);
  for (const path of kept) if (!needed.has(path)) await cache.delete(path);
}

/** Return the paths of the files that a page says it consists of (`vite.config.ts`). */
export function filesOf(page: string): string[] {
  return /<meta name="files" content="([^"]*)"/.exec(page)?.[1]?.split(" ").filter(Boolean) ?? [];
}

/** Let through the names of our workers alone. */
function createScriptURL(url: string): string {
  if (!SCOPES.map(workerOf).includes(url)) throw new TypeError(url);
  return url;
}

interface Policy {
  createScriptURL: (url: string) => string;
}

let policy: Policy | undefined;

/** Return a name of ours as the Content-Security-Policy demands it of whoever loads a script by its name. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy };
  };
  // A page may make it once.
  policy ??= trustedTypes?.createPolicy("zenspa-worker", { createScriptURL });
  return policy?.createScriptURL(url) ?? url;
}
