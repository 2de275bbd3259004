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

// Forms marked data-draft keep what is typed in this browser.
let sent = null;
try {
  sent = localStorage.getItem("lawang:sent");
} catch {
  // a private window keeps nothing
}
if (sent || document.querySelector("form[data-draft]")) {
  import(document.querySelector("[data-draft-module]").dataset.draftModule);
}
