// Keeps the portal for times without a connection: the shell, and the last answer to each question asked.
// Nothing is ever sent from here: a payment or an application that meets a broken line is sent again by its person.
const SHELL = "letsema-shell";
const ANSWERS = "letsema-answers"; // removed when the person signs out

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/portal/")) event.respondWith(keptFirst(request));
  else if (url.pathname === "/" || url.pathname === "/brand/logo") event.respondWith(freshFirst(request, SHELL));
  else if (url.pathname.startsWith("/api/v1/") && request.headers.get("Accept") === "application/json")
    event.respondWith(freshFirst(request, ANSWERS));
});

// Built files have their hash in their names: what is kept is right for ever.
async function keptFirst(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

async function freshFirst(request, name) {
  const cache = await caches.open(name);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await cache.put(request, await dated(fresh.clone()));
    return fresh;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

// The page says how old it is.
async function dated(answer) {
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", String(Date.now()));
  return new Response(await answer.blob(), { status: answer.status, headers });
}
