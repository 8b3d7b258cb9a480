// Keeps what was used, so that the book is there without a network, and isolates its
// pages, so that Stop can interrupt a busy cell. The build puts this file into the
// site's first folder, and into FILES the digest of each file of this build.
//
// A file is kept and given under its digest: a page never gets parts of two builds,
// and a new build loads only what has changed.
// Where the site has become another one, this worker steps aside, and the browser
// installs the new one's.

/** @type {Record<string, string>} SHA-256 by path from the site's first folder */
const FILES = {};
const CACHE = "async-with";
/** Larger files go to the page as they arrive, and are checked meanwhile. */
const LARGE = 1_000_000;

const scope = new URL(self.registration.scope);
let outdated = false;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  // Pages wait for this, so the cleaning, which takes longer, does not belong to it.
  event.waitUntil(self.clients.claim());
  void forget();
});

self.addEventListener("message", (event) => {
  if (event.data?.type === "used") event.waitUntil(keep(event.data.addresses));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method !== "GET" || path === null || !(path in FILES)) return;
  event.respondWith(answer(request, path, event));
});

/** Drop what is of an earlier build only; what has stayed the same is found again. */
async function forget() {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys())
    if (request.url !== keyOf(pathOf(request.url) ?? "")) await cache.delete(request);
}

/**
 * @param {Request} request
 * @param {string} path
 * @param {ExtendableEvent} event
 */
async function answer(request, path, event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(keyOf(path));
  if (kept && !outdated) return isolated(kept, request);
  try {
    const response = await fetch(request);
    if (!response.ok || outdated) return isolated(response, request);
    if (Number(response.headers.get("content-length")) > LARGE) {
      event.waitUntil(store(cache, path, response.clone()));
    } else if (!(await store(cache, path, response.clone())) && request.mode !== "navigate") {
      // Half of this page would be of another build.
      return new Response("The book has changed: reload the page.", { status: 409 });
    }
    return isolated(response, request);
  } catch (error) {
    if (kept) return isolated(kept, request);
    if (request.mode === "navigate") return notKept();
    throw error;
  }
}

/**
 * Keep a response if it is this build's; whether it is.
 * @param {Cache} cache
 * @param {string} path
 * @param {Response} response
 */
async function store(cache, path, response) {
  const body = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!hex.startsWith(FILES[path])) {
    // The browser looks for a new worker after each navigation. Asking it here, while
    // this one answers, has Chromium hold back the new one for minutes.
    outdated = true;
    return false;
  }
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  const headers = { "content-type": type, "content-length": String(body.byteLength) };
  // A full disk changes nothing for the reader who is online.
  await cache.put(keyOf(path), new Response(body, { headers })).catch(() => {});
  return true;
}

/** @param {string[]} addresses what a page loaded before this worker watched */
async function keep(addresses) {
  const cache = await caches.open(CACHE);
  for (const address of addresses) {
    const path = pathOf(address);
    if (path === null || !(path in FILES) || outdated) continue;
    if (await cache.match(keyOf(path))) continue;
    const response = await fetch(address).catch(() => null);
    if (response?.ok) await store(cache, path, response);
  }
}

/**
 * The response with what makes a page cross-origin isolated: all is the site's own.
 * @param {Response} response
 * @param {Request} request
 */
function isolated(response, request) {
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (request.mode === "navigate" || request.destination === "worker") {
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

function notKept() {
  const text =
    "<!DOCTYPE html><meta charset=utf-8><meta name=viewport content='width=device-width'>" +
    "<title>Not kept</title><style>:root{color-scheme:light dark}body{max-width:34rem;" +
    "margin:4rem auto;padding:0 1rem;font:1.1rem/1.6 system-ui}</style><h1>This page was not read yet</h1>" +
    "<p>There is no network, and this browser keeps only the pages that it has shown. " +
    "Go back, or come again with a network.</p>";
  return new Response(text, {
    status: 503,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}

/**
 * The path of an address from the site's first folder; null outside the book.
 * @param {string} address
 */
function pathOf(address) {
  const url = new URL(address);
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return null;
  const path = decodeURI(url.pathname.slice(scope.pathname.length));
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}

/** @param {string} path */
function keyOf(path) {
  return new URL(`${encodeURI(path)}?sha=${FILES[path]}`, scope).href;
}
