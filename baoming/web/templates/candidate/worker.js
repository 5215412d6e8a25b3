// The service worker of the candidate portal. It keeps what is the same for everybody, when it is installed and
// never later: nothing that a person was shown is ever written into a cache.
"use strict";

const EDITION = {{ ("baoming-" ~ edition)|tojson }};
const PAGES = {{ pages|tojson }};
const FILES = {{ files|tojson }};
const OFFLINE = PAGES[0];

// Asked without cookies: the page of a stranger, whoever is signed in to this browser.
const asStranger = (place) => new Request(place, { credentials: "omit", cache: "no-cache" });

async function install() {
  const cache = await caches.open(EDITION);
  await cache.addAll([...PAGES, ...FILES].map(asStranger));
  await skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name !== EDITION);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function kept(place) {
  const cache = await caches.open(EDITION);
  return cache.match(place, { ignoreVary: true });
}

// The network first: a page that was kept is shown only where there is none.
async function page(request, place) {
  try {
    return await fetch(request);
  } catch {
    return (await kept(PAGES.includes(place) ? place : OFFLINE)) ?? Response.error();
  }
}

// The address of a file tells its content: what was kept is what would come.
async function file(request, place) {
  return (await kept(place)) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;  // what is sent goes its way untouched
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (FILES.includes(pathname)) event.respondWith(file(request, pathname));
});
