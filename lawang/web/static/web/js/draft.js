// Nothing typed is lost: forms marked data-draft="name" are kept in this browser until the server has confirmed them.
// Never kept: passwords, one-time codes, files, the CSRF token.

const english = document.documentElement.lang === "en";
const words = english
  ? { kept: "Saved in this browser", found: "Something you typed earlier is kept in this browser", back: "Put it back", away: "Discard" }
  : { kept: "Tersimpan di peramban ini", found: "Ada isian Anda yang belum terkirim, tersimpan di peramban ini", back: "Kembalikan isian", away: "Buang" };
const owner = document.documentElement.dataset.person || "";
const clock = (at) => new Date(at).toLocaleTimeString(english ? "en-GB" : "id-ID", { hour: "2-digit", minute: "2-digit" });
const week = 7 * 24 * 3600 * 1000;

const typed = (form) =>
  [...form.elements].filter(
    (one) => one.name && !["hidden", "password", "file", "submit", "button"].includes(one.type) && one.autocomplete !== "one-time-code",
  );

const read = (form) =>
  typed(form).map((one) => {
    if (one.type === "checkbox" || one.type === "radio") return [one.name, one.value, one.checked];
    if (one.multiple) return [one.name, [...one.selectedOptions].map((option) => option.value)];
    return [one.name, one.value];
  });

const write = (form, rows) => {
  for (const [name, value, checked] of rows) {
    const found = typed(form).filter((one) => one.name === name);
    if (checked !== undefined) found.filter((one) => one.value === value).forEach((one) => { one.checked = checked; });
    else if (Array.isArray(value)) found.forEach((one) => [...one.options].forEach((o) => { o.selected = value.includes(o.value); }));
    else found.forEach((one) => { one.value = value; one.dispatchEvent(new Event("input", { bubbles: true })); });
  }
};

const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* private window */ } },
};

// The server has it when it answered with a redirect, as our pages do, or with a page marked data-saved; not when that page
// shows errors, asks for a password, or was reached with "back" after the network failed. When in doubt the draft stays.
const sent = store.get("lawang:sent");
if (sent) {
  const refused = document.querySelector("[data-error-summary], [data-not-saved], input[type=password], input[autocomplete=one-time-code]");
  const way = performance.getEntriesByType("navigation")[0] || {};
  const answered = document.querySelector("[data-saved]") || (way.type === "navigate" && way.redirectCount > 0);
  if (answered && !refused) store.drop(sent.key);
  if (!document.querySelector("[data-not-saved]")) store.drop("lawang:sent"); // that page can send it again
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `lawang:draft:${owner}:${form.dataset.draft}`;
  const line = document.createElement("p");
  line.className = "draft";
  line.setAttribute("role", "status");
  form.prepend(line);
  const before = JSON.stringify(read(form));
  const kept = store.get(key);
  if (kept && Date.now() - kept.at < week && JSON.stringify(kept.rows) !== before) {
    line.append(`${words.found} (${clock(kept.at)}). `);
    const button = (label, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "button small secondary";
      one.textContent = label;
      one.addEventListener("click", () => { line.textContent = ""; act(); });
      line.append(one, " ");
    };
    button(words.back, () => { write(form, kept.rows); line.textContent = `${words.kept} ${clock(kept.at)}`; });
    button(words.away, () => store.drop(key));
  }
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const at = Date.now();
      if (store.set(key, { at, rows: read(form) })) line.textContent = `${words.kept} ${clock(at)}`;
    }, 400);
  });
  form.addEventListener("submit", () => {
    store.set(key, { at: Date.now(), rows: read(form) });
    store.set("lawang:sent", { key });
  });
}
