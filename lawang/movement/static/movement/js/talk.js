// A talk at a booth: new words appear as they are said, and what one writes without a signal is sent when it is back.
// The stream only says that there is something (a number, or "look"); the words come from the page itself. Where there is no
// stream, or it is full, the page asks by itself.

const box = document.querySelector("[data-talk], [data-board]") || document.createElement("div"); // no booth to answer for
const log = box.querySelector(".log");
const slot = (name) => box.querySelector(`[data-slot=${name}]`);
const seen = () => Math.max(0, ...[...log.querySelectorAll("[data-number]")].map((one) => Number(one.dataset.number)));

let busy = null;
const look = () => (busy = (busy || Promise.resolve()).then(fetchNews, fetchNews));
const fetchNews = async () => {
  const answer = await fetch(`${box.dataset.news}?sejak=${seen()}`, { cache: "no-store", credentials: "same-origin" });
  if (answer.status !== 200) return;
  const part = document.createElement("template");
  part.innerHTML = await answer.text();
  const wait = part.content.querySelector("[data-wait]");
  if (wait) slot("wait").textContent = wait.textContent;
  for (const one of part.content.querySelectorAll("[data-number]")) {
    if (Number(one.dataset.number) > seen()) log.append(one);
  }
};

// The booth's side shows a whole page anew, unless somebody is writing in it.
const board = () => {
  const writes = [...document.querySelectorAll("textarea")].some((one) => one.value.trim());
  if (!writes && document.visibilityState === "visible") location.reload();
};
const news = box.matches("[data-talk]") ? () => look().catch(() => {}) : board;

let timer = 0;
const ask = () => {
  clearInterval(timer);
  timer = setInterval(news, 30000 + Math.random() * 15000);
};
if (box.dataset.stream && window.EventSource) {
  const stream = new EventSource(box.dataset.stream);
  let first = !log; // the list of a booth is told to look when it joins: it has just been drawn
  const hear = () => (first ? (first = false) : news());
  stream.onmessage = hear;
  stream.addEventListener("look", hear);
  stream.onopen = () => clearInterval(timer);
  stream.onerror = () => ask(); // it tries again by itself, unless it is full
} else if (box.isConnected) ask();
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && box.matches("[data-talk]") && news());
box.querySelector("[data-refresh]")?.addEventListener("click", (event) => {
  event.preventDefault();
  news();
});

// What waits on this phone: [{key, words}], sent in order, each under its own key, so that twice is once.
const form = box.querySelector("form[data-say]");
if (form) {
  const name = `lawang:talk:${form.dataset.say}`;
  const read = () => JSON.parse(localStorage.getItem(name) || "[]");
  const write = (rows) => (rows.length ? localStorage.setItem(name, JSON.stringify(rows)) : localStorage.removeItem(name));
  const area = form.querySelector("textarea");
  const token = () => fetch("/token/", { cache: "no-store", credentials: "same-origin" }).then((answer) => answer.json());
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let sending = false;
  const send = async () => {
    if (sending) return;
    sending = true;
    try {
      while (read().length) {
        const [one] = read();
        const body = new URLSearchParams({ words: one.words, _key: one.key, csrfmiddlewaretoken: (await token()).token });
        const answer = await fetch(form.dataset.say, { method: "POST", body, credentials: "same-origin" });
        if (answer.status === 422 || answer.status === 404) { // refused: back into the box, with the page's own sentence
          area.value = [one.words, area.value].filter(Boolean).join("\n");
          write(read().slice(1));
          form.submit();
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        write(read().slice(1));
        await look();
      }
      slot("unsent").hidden = true;
    } catch {
      slot("unsent").hidden = false;
      setTimeout(send, 20000);
    } finally {
      sending = false;
    }
  };
  form.addEventListener("submit", (event) => {
    if (!area.value.trim()) return; // the server says what is missing
    try {
      write([...read(), { key: newKey(), words: area.value }]);
    } catch {
      return; // a private window keeps nothing: sent the plain way
    }
    event.preventDefault();
    area.value = "";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    send();
  });
  addEventListener("online", send);
  if (read().length) send();
}
