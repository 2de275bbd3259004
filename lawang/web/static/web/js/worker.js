// The service worker. /pekerja.js gives it VERSION, SHELL, PAGES (the shell's pages) and OFFLINE, and loads outbox.js.
// It keeps pages that say X-Keep, opens them when the network is silent, and sends the outbox when the browser lets it.

const shell = `lawang-shell-${VERSION}`, pages = `lawang-pages-${VERSION}`;
const patience = 4000; // ms for a page that is also kept
const most = 20; // kept pages
const any = { ignoreSearch: true, ignoreVary: true }; // Django's Vary would hide what is there
const isPrivate = (path) => /^\/(en\/)?(tugas|kelola|meja|akun|pimpinan|masuk|keluar|kirim|token)\//.test(path);
const isStatic = (path) => /^\/(static\/|tema-|lambang-)/.test(path);

// Nobody's copy of a page: without cookies there is no name in it and no token.
const plain = (path) => fetch(path, { credentials: "omit", cache: "no-cache", redirect: "manual" });

// Keep a page with the files that it names.
const store = async (path, answer) => {
  const cache = await caches.open(pages), files = await caches.open(shell);
  const text = await answer.clone().text();
  for (const [, address] of text.matchAll(/ (?:src|href)="(\/(?:static\/|tema-|lambang-)[^"]+)"/g)) {
    if (!(await files.match(address, any))) await files.add(address).catch(() => {});
  }
  await cache.put(path, answer);
  const known = await cache.keys();
  for (const old of known.slice(0, Math.max(0, known.length - most))) await cache.delete(old);
};

// Keep the page at `path` when it may be kept. Throws without a network, or while the server is ill.
const keep = async (path) => {
  if (isPrivate(path)) return;
  const answer = await plain(path);
  if (answer.status >= 500) throw new Error(`HTTP ${answer.status}`);
  if (answer.ok && answer.headers.get("X-Keep") === "1") await store(path, answer);
  await keepAlso(path, answer);
};

// A page may name another that should open without a signal: the answer about one paper names the page that checks any.
const keepAlso = async (path, answer) => {
  const also = answer.headers.get("X-Keep-Also");
  if (also && also !== path) await keep(also);
};

// Pages kept by an earlier version name its files: they are fetched anew, and thrown away only when that worked.
const renew = async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith("lawang-") && name !== shell && name !== pages);
  for (const name of old.filter((one) => one.startsWith("lawang-pages-"))) {
    for (const { url } of await (await caches.open(name)).keys()) await keep(new URL(url).pathname);
  }
  await Promise.all(old.map((name) => caches.delete(name)));
};

const find = async (path) => {
  if (isPrivate(path)) return undefined;
  for (const name of [pages, shell]) {
    const found = await (await caches.open(name)).match(path, any);
    if (found) return found;
  }
  return caches.match(path, any); // of an earlier version
};

// The kept page that answers for everything below its address, if there is one.
const above = async (path) => {
  const page = await find(path.replace(/[^/]+\/$/, ""));
  return page && page.headers.get("X-Keep-Below") ? page : undefined;
};

const day = 24 * 3600 * 1000;
const isOlder = (kept, answer) => !kept || Date.parse(answer.headers.get("Date")) - Date.parse(kept.headers.get("Date")) > day;

const open = async (event) => {
  const path = new URL(event.request.url).pathname;
  const asked = find(path);
  const network = Promise.resolve(event.preloadResponse).then((early) => early || fetch(event.request)).then(async (answer) => {
    const say = answer.ok && !isPrivate(path) && !new URL(event.request.url).search && answer.headers.get("X-Keep");
    if (say === "1") event.waitUntil(store(path, answer.clone()));
    // It has somebody's name: keep nobody's copy, fetched once a day.
    if (say === "copy" && isOlder(await asked, answer)) event.waitUntil(keep(path).catch(() => {}));
    event.waitUntil(keepAlso(path, answer).catch(() => {}));
    return answer;
  });
  event.waitUntil(network.then(renew).catch(() => {}));
  const kept = await asked;
  if (!kept) {
    const offline = OFFLINE[path.startsWith("/en/") ? "en" : "id"];
    return network.catch(async () => (await above(path)) || (await caches.match(offline, any)) || Response.error());
  }
  const late = new Promise((resolve) => setTimeout(resolve, patience, kept));
  return Promise.race([network.then((answer) => (answer.status >= 500 ? kept : answer), () => kept), late]);
};

addEventListener("install", (event) =>
  event.waitUntil((async () => {
    const cache = await caches.open(shell);
    await cache.addAll(SHELL.map((address) => new Request(address, { cache: "no-cache" })));
    for (const path of PAGES) await cache.put(path, await plain(path));
    await skipWaiting();
  })()));

addEventListener("activate", (event) =>
  event.waitUntil((async () => {
    // Pages need not wait for us to wake. Only where Background Sync is too, in Chromium: Firefox shows its own error page
    // when a preload finds no network, whatever we answer.
    if (registration.navigationPreload && registration.sync) await registration.navigationPreload.enable();
    await clients.claim();
    const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
    await renew().catch(() => {});
    for (const path of new Set(open.map(({ url }) => new URL(url).pathname))) await keep(path).catch(() => {}); // who came before us
  })()));

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (isStatic(pathname)) event.respondWith(caches.match(event.request, { ignoreVary: true }).then((kept) => kept || fetch(event.request)));
  else if (mode === "navigate") event.respondWith(open(event));
});

addEventListener("sync", (event) =>
  event.waitUntil(self.outbox.send().then((later) => {
    if (later) throw new Error("not yet"); // the browser then tries again
  })));
