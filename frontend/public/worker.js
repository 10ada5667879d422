/** The service worker of the desk and of a therapist's phone: without the network the page and its files come from what the page has kept of its build
    (`src/app/files.ts`). It never sees an answer of the API: those requests are the browser's alone. */
const FILES = "zenspa.files";
/** Milliseconds after which the page that was kept is shown instead of an answer that does not come. */
const PATIENCE = 4_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(readPage(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(readFile(request));
});

/** Return the newest page while the server can be reached: a new build is never hidden by an old one. */
async function readPage(request) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const asked = fetch(request);
  const answer = await Promise.race([asked, late]).catch(() => undefined);
  if (answer !== undefined && answer.status < 500) return answer;
  return (await find("/desk")) ?? answer ?? asked; // one page has all routes
}

/** A file of a build never changes: its name has a hash of its content. */
async function readFile(request) {
  return (await find(request)) ?? fetch(request);
}

async function find(request) {
  return (await caches.has(FILES))
    ? (await caches.open(FILES)).match(request, { ignoreVary: true })
    : undefined;
}
