// Lists the pages that the worker has kept on this phone: they open without a signal. Their titles are read out of them.

const list = document.querySelector("[data-kept]");

const titleOf = async (answer) => {
  const title = new DOMParser().parseFromString(await answer.text(), "text/html").title;
  return title.split(" · ")[0].trim();
};

const show = async () => {
  const prefix = document.documentElement.lang === "en" ? "/en/" : "/";
  for (const name of await caches.keys()) {
    if (!name.startsWith("lawang-pages-")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname;
      if (path.startsWith("/en/") !== (prefix === "/en/") || list.querySelector(`a[href="${CSS.escape(path)}"]`)) continue;
      const link = list.appendChild(document.createElement("li")).appendChild(document.createElement("a"));
      link.href = path;
      link.textContent = (await titleOf(await cache.match(request))) || path;
    }
  }
  list.parentElement.hidden = !list.children.length;
};

if (list && self.caches) show().catch(() => {});
