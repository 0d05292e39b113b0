/// <reference lib="webworker" />
// Keeps the portal itself on the phone, so that it opens without a connection. What it shows of a person is kept by
// the page, with their account (kept/): nothing of anybody is ever kept here.
import { cacheNames, clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { StaleWhileRevalidate } from "workbox-strategies";

declare const self: ServiceWorkerGlobalScope;

const PATIENCE = 8000; // milliseconds for the page itself, before the kept one is shown
const PUBLIC = ["/brand/logo", "/manifest.webmanifest", "/static/letsema/icon.svg"];

void self.skipWaiting();
clientsClaim(); // from the first visit on, not only from the second
precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

const shell = createHandlerBoundToURL("/shell");
registerRoute(
  new NavigationRoute(
    async (options) => {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), PATIENCE);
      try {
        const fresh = await fetch(options.request, { signal: late.signal });
        return fresh.status < 500 ? fresh : await shell(options);
      } catch {
        return await shell(options);
      } finally {
        clearTimeout(timer);
      }
    },
    { allowlist: [/^\/(\?.*)?$/] },
  ),
);
registerRoute(({ url }) => PUBLIC.includes(url.pathname), new StaleWhileRevalidate({ cacheName: "letsema-public" }));

// Earlier releases kept answers, and a page that said who was signed in.
const OURS = [cacheNames.precache, cacheNames.runtime, "letsema-public"];
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !OURS.includes(name)).map((name) => caches.delete(name)));
}
