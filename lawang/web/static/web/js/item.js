// Shows one thing of the outbox in the markup of web/components/outbox_item.html, and does what its buttons say.

import "./outbox.js";
import { newCode, shown } from "./code.js";
import { run } from "./waiting.js";

const { get, change, forget, enqueue, whole, newKey } = self.outbox;
const language = document.documentElement.lang === "en" ? "en-GB" : "id-ID";
const day = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const time = { hour: "2-digit", minute: "2-digit" };

// Return "Jumat, 27 Maret 2026", with the time when the text has one, or the text itself when it is no date.
export const say = (iso) => {
  const moment = new Date(iso);
  if (!iso || isNaN(moment)) return iso || "";
  return String(iso).includes("T") ? moment.toLocaleString(language, { ...day, ...time }) : moment.toLocaleDateString(language, day);
};
export const clock = (at) => {
  const moment = new Date(at);
  const same = moment.toDateString() === new Date().toDateString();
  return same ? moment.toLocaleTimeString(language, time) : moment.toLocaleString(language, { ...day, ...time });
};

const stateOf = (item, news) => {
  if (!item) return "gone";
  if (!item.files) return "done"; // a receipt
  if (item.problem) return item.problem;
  if (news && news.stage) return "sending";
  if (item.receipt) return "photos";
  return item.tries ? "again" : "waiting";
};
const local = (address) => (/^\/(?!\/)/.test(address || "") ? address : ""); // never to another site

// Show `item` (of the store waiting or receipts, or nothing when it is gone) in `node`; return its state.
export const render = (node, item, news) => {
  const state = stateOf(item, news);
  node.dataset.state = state;
  const receipt = (item && (item.receipt || item)) || {};
  const code = receipt.code || (item && item.code);
  const photo = news && news.stage === "photo" ? news.photo : (item && item.done) || 0;
  const values = {
    title: item && item.title,
    code: code && shown(code),
    number: [receipt, ...(receipt.others || [])].map((one) => one.number).filter(Boolean).join(", "), // of a bundle: all
    received: say(receipt.received_at),
    due: say(receipt.due),
    made: item && item.made_at && say(item.made_at),
    message: item && item.problem && item.message,
    trouble: receipt.trouble,
    photo: item && item.files && Math.min(photo + 1, item.files.length),
    photos: item && item.files && item.files.length,
  };
  const links = { receipt: local(receipt.url), form: item && local(item.address), repair: item && `${local(item.address)}#perbaiki=${item.key}` };
  for (const one of node.querySelectorAll("[data-slot]")) one.textContent = values[one.dataset.slot] || "";
  for (const one of node.querySelectorAll("[data-link]")) one.href = links[one.dataset.link] || "#";
  for (const one of node.querySelectorAll("[data-in], [data-if]")) {
    const { in: states, if: needs } = one.dataset;
    one.hidden = Boolean((states && !states.split(" ").includes(state)) || (needs && !values[needs]));
  }
  return state;
};

// Return what is known of a key: what waits, else its receipt.
export const find = async (key) => (await get("waiting", key)) || get("receipts", key);

const deeds = {
  send: async (key) => {
    await change(key, { problem: null });
    run({ only: key });
  },
  save: async (key) => (await import("./share.js")).save(await whole(key)),
  drop: (key) => forget("waiting", key),
  // The office knows this key with other content: the person sends this as another submission, under a key of its own.
  anew: async (key, node) => {
    const item = { ...(await whole(key)), key: newKey(), code: newCode(), problem: null, receipt: null, tries: 0 };
    await enqueue(item);
    node.dataset.key = item.key;
    await forget("waiting", key);
    run({ only: item.key });
  },
};

// Let the buttons of `node` work on the item whose key is in node.dataset.key.
export const obey = (node) =>
  node.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && deeds[button.dataset.do]) deeds[button.dataset.do](node.dataset.key, node);
  });
