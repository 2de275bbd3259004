// Small improvements of pages that work without them: focus on the error summary, counters, filters that send themselves.

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

for (const area of document.querySelectorAll("[data-count]")) {
  const most = Number(area.dataset.count);
  const counter = document.createElement("span");
  const english = document.documentElement.lang === "en";
  counter.className = "counter";
  counter.setAttribute("role", "status");
  area.after(counter);
  const tell = () => {
    const left = most - area.value.length;
    const number = Math.abs(left).toLocaleString(english ? "en" : "id");
    counter.classList.toggle("over", left < 0);
    if (english) counter.textContent = left < 0 ? `${number} characters too many` : `${number} characters left`;
    else counter.textContent = left < 0 ? `Kelebihan ${number} huruf` : `Sisa ${number} huruf`;
  };
  area.addEventListener("input", tell);
  tell();
}

for (const form of document.querySelectorAll("form[data-auto-submit]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });
}

// What is ticked goes into the path of the next page, as the server would lead there: such a page can be kept on a phone.
for (const form of document.querySelectorAll("form[data-joins]")) {
  form.addEventListener("submit", (event) => {
    const chosen = new FormData(form).getAll(form.dataset.joins);
    if (!chosen.length) return;
    event.preventDefault();
    location.assign(`${form.action}${chosen.join("+")}/`);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// One press is enough: a second within three seconds is ignored (the server would recognise it anyway).
document.addEventListener("submit", (event) => {
  const form = event.target;
  const now = Date.now();
  if (form.method === "post" && now - Number(form.dataset.sentAt || 0) < 3000) event.preventDefault();
  else form.dataset.sentAt = String(now);
});

// Forms marked data-draft keep what is typed in this browser; what waits on this phone is told and sent on every page.
const kept = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a private window keeps nothing
  }
};
if (kept("lawang:sent") || document.querySelector("form[data-draft]")) import("./draft.js");
if (kept("lawang:kept")) import("./waiting.js");

// A form of a page that is the same for everybody has no token: it gets one of now before it is sent.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.outbox || form.elements.csrfmiddlewaretoken || event.defaultPrevented) return;
  event.preventDefault();
  const { post } = await import("./token.js");
  post(form, event.submitter).catch(() => HTMLFormElement.prototype.submit.call(form)); // the browser then says that there is no network
});

// The worker opens pages without a signal. Nothing ever waits for it; who saves data gets it with the first form.
addEventListener("load", () => {
  const saves = navigator.connection && navigator.connection.saveData;
  if (!navigator.serviceWorker || (saves && !document.querySelector("form[data-outbox], [data-here]"))) return;
  navigator.serviceWorker.register("/pekerja.js", { updateViaCache: "none" }).catch(() => {});
});
