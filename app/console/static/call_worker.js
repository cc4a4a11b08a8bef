// Opens the pages of calls without a network. It keeps two empty pages and the files that they need (FILES, told above by the server),
// and answers with them only when the server can't be reached; all else it leaves alone.
const KEPT = `nodus-call-${VERSION}`, SHELL = "/call/shell", AWAY = "/call/away";
const AGAIN = 6 * 60 * 60 * 1000; // ms: after that the empty pages are fetched anew, as their questions may have changed
const A_CALL = /^\/call\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAY = ["Content-Type", "Content-Language", "Content-Security-Policy"]; // headers that are kept

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
  await pages(cache, "");
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("nodus-call-") && name !== KEPT) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));

/** The empty pages, as `looks` (a language and a theme) has them; of a server that is newer than this script they are not kept. */
async function pages(cache, looks) {
  for (const path of [SHELL, AWAY]) {
    const answer = await fetch(path, { cache: "no-store" });
    const page = await answer.text();
    const asked = [...page.matchAll(/"(\/static\/[^"]+)"/g)].map((one) => one[1]);
    if (!answer.ok || answer.redirected || !asked.every((one) => FILES.includes(one))) throw new Error(`${path}: ${answer.status}`);
    const headers = Object.fromEntries(MAY.map((name) => [name, answer.headers.get(name) ?? ""]));
    const timeless = page.replace(/data-now="[^"]*"/, 'data-now=""'); // the moment when it is opened is another
    await cache.put(path, new Response(timeless, { headers: { ...headers, "X-Kept": `${Date.now()} ${looks}` } }));
  }
}

// A page tells how it looks; when that changed, or long ago, the empty pages are fetched again.
self.addEventListener("message", (event) => event.waitUntil((async () => {
  const cache = await caches.open(KEPT), kept = await cache.match(SHELL);
  const [at, looks] = (kept?.headers.get("X-Kept") ?? "0 ").split(" ");
  if (looks !== event.data || Date.now() - at > AGAIN) await pages(cache, event.data).catch(() => undefined);
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (FILES.includes(pathname)) event.respondWith(kept(pathname).then((one) => one ?? fetch(request)));
  else if (request.mode === "navigate") event.respondWith(opened(event, pathname));
});

const kept = async (path) => (await caches.open(KEPT)).match(path, { ignoreVary: true });

async function opened(event, pathname) {
  let answer;
  try {
    answer = await event.preloadResponse ?? await fetch(event.request);
    if (![502, 503, 504].includes(answer.status)) return answer;
  } catch { /* no network */ }
  return await kept(A_CALL.test(pathname) ? SHELL : AWAY) ?? answer ?? Response.error();
}
