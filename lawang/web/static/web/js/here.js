// The page "Di HP ini": what waits, drafts, receipts; send, look, take along, delete, and wipe a shared phone.

import "./outbox.js";
import "./hints.js";
import "./kept.js";
import { clock, obey, render } from "./item.js";
import { run, show as showBanner } from "./waiting.js";

const { all, get, forget, wipe, enqueue, whole, listen, tell } = self.outbox;
const templates = Object.fromEntries([...document.querySelectorAll("template[data-of]")].map((one) => [one.dataset.of, one]));
const lists = Object.fromEntries([...document.querySelectorAll("[data-list]")].map((one) => [one.dataset.list, one]));
const gone = new Set(); // what was deleted here is said where it stood, until the page is left
const latest = {}; // key -> the last news while it is being sent

const node = (name, id) => {
  const known = [...lists[name].children].find((one) => one.dataset.key === id);
  if (known) return known;
  const made = templates[name].content.firstElementChild.cloneNode(true);
  made.dataset.key = id;
  lists[name].append(made);
  return made;
};
const sweep = (name, ids) => {
  for (const one of [...lists[name].children]) if (!ids.includes(one.dataset.key) && !gone.has(one.dataset.key)) one.remove();
  document.querySelector(`[data-empty=${name}]`).hidden = lists[name].children.length > 0;
};

// What the person wrote and the photos, read from the database only when somebody looks.
const look = async (details, key) => {
  const body = details.querySelector("[data-look]");
  body.textContent = "";
  const item = details.open && (await whole(key));
  if (!item) return;
  const list = body.appendChild(document.createElement("dl"));
  list.className = "summary";
  for (const [label, value] of item.shown || []) {
    const row = list.appendChild(document.createElement("div"));
    row.appendChild(document.createElement("dt")).textContent = label;
    row.appendChild(document.createElement("dd")).textContent = value;
  }
  for (const { data, kind, name } of item.files) {
    if (!/^image\/(jpeg|png|webp)$/.test(kind)) continue;
    const reader = new FileReader(); // the content security policy lets data: through, and no blob:
    reader.onload = () => body.append(Object.assign(document.createElement("img"), { src: reader.result, alt: name, className: "kept-photo" }));
    reader.readAsDataURL(new Blob([data], { type: kind }));
  }
};

const showWaiting = async () => {
  const items = (await all("waiting")).sort((one, other) => String(one.made_at).localeCompare(other.made_at));
  for (const item of items) {
    const card = node("waiting", item.key);
    if (!card.dataset.ready) {
      card.dataset.ready = "1";
      obey(card);
      card.querySelector("[data-do=drop]").addEventListener("click", () => gone.add(card.dataset.key));
      const details = card.querySelector("details[data-view]");
      details.addEventListener("toggle", () => look(details, card.dataset.key));
    }
    render(card, item, latest[item.key]);
  }
  for (const key of gone) render(node("waiting", key), null);
  sweep("waiting", items.map((item) => item.key));
};

const showDrafts = async () => {
  const drafts = await all("drafts");
  for (const one of drafts) {
    const card = node("drafts", one.form);
    if (!card.dataset.ready) card.querySelector("[data-do=forget]").addEventListener("click", () => forget("drafts", one.form));
    card.dataset.ready = "1";
    card.querySelector("[data-slot=title]").textContent = one.title;
    card.querySelector("[data-slot=at]").textContent = clock(one.at);
    card.querySelector("[data-link=form]").href = one.address;
  }
  sweep("drafts", drafts.map((one) => one.form));
};

const showReceipts = async () => {
  const receipts = (await all("receipts")).sort((one, other) => String(other.received_at).localeCompare(one.received_at));
  for (const one of receipts) render(node("receipts", one.key), one);
  sweep("receipts", receipts.map((one) => one.key));
};

const show = async () => {
  await showWaiting();
  await showDrafts();
  await showReceipts();
  const waiting = (await all("waiting")).length;
  document.querySelector("[data-several]").hidden = waiting < 2;
  for (const one of document.querySelectorAll("[data-unsent]")) {
    one.hidden = !waiting;
    one.querySelector("[data-slot=count]").textContent = waiting;
  }
};

const takeIn = async (input) => {
  const { read } = await import("./share.js");
  const item = input.files[0] && read(await input.files[0].text());
  for (const one of document.querySelectorAll("[data-taken]")) one.hidden = (one.dataset.taken === "yes") !== Boolean(item);
  input.value = "";
  if (!item) return;
  if (!(await get("waiting", item.key)) && !(await get("receipts", item.key))) await enqueue(item);
  else tell({ key: item.key });
  run({ only: item.key });
};

// Everything of this site: the outbox, drafts of officers (localStorage) and the pages that were opened.
const wipeAll = async () => {
  await wipe();
  for (const name of Object.keys(localStorage)) if (name.startsWith("lawang:")) localStorage.removeItem(name);
  for (const name of await caches.keys()) if (name.startsWith("lawang-pages-")) await caches.delete(name);
  gone.clear();
  const details = document.querySelector("[data-wipe]").closest("details");
  details.open = false;
  for (const one of document.querySelectorAll("[data-kept]")) one.parentElement.hidden = true;
  document.querySelector("[data-wiped]").hidden = false;
  document.querySelector("[data-wiped]").focus();
  await show();
  await showBanner();
};

document.querySelector("[data-wipe]").addEventListener("click", wipeAll);
document.querySelector("[data-take]").addEventListener("change", (event) => takeIn(event.target));
for (const button of document.querySelectorAll("[data-all]")) button.addEventListener("click", () => run({ again: true }));
listen((news) => {
  if (news.key) latest[news.key] = news.stage ? news : null;
  show().catch(() => {});
});
document.querySelector("[data-here]").hidden = !self.indexedDB;
show().catch(() => {});
