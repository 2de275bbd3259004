// What hangs on another answer is shown once that answer is given; groups that repeat get one more row. Without this
// script everything is shown with "Isi bila …", and the button asks the server for the row.

const form = document.querySelector("form.asked");

const answer = (name) => {
  const found = form.elements[name];
  const one = found instanceof RadioNodeList ? [...found].find((each) => each.checked) : found;
  if (!one || one.closest("[data-when][hidden]")) return "";
  return (one.type === "checkbox" || one.type === "radio") && !one.checked ? "" : one.value;
};
const show = () => {
  for (const one of form.querySelectorAll("[data-when]")) one.hidden = !one.dataset.is.split(" ").includes(answer(one.dataset.when));
};
const clear = () => {
  for (const one of form.querySelectorAll("[data-when-words]")) one.hidden = true;
};

const add = (rows) => {
  const name = rows.dataset.rows;
  const template = rows.querySelector("template");
  const number = rows.querySelectorAll("[data-row]").length + 1;
  const made = document.createElement("template");
  made.innerHTML = template.innerHTML.replaceAll(`${name}.0.`, `${name}.${number}.`);
  const row = made.content.querySelector("[data-row]");
  for (const one of row.querySelectorAll("[data-number]")) one.textContent = number;
  template.before(row);
  rows.querySelector("[data-add]").parentElement.hidden = number >= Number(rows.dataset.most);
  return row;
};

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add]");
  if (!button) return;
  event.preventDefault();
  const row = add(button.closest("[data-rows]"));
  clear();
  show();
  row.querySelector("input, select, textarea").focus();
});
form.addEventListener("outbox:fill", ({ detail }) => {
  for (const rows of form.querySelectorAll("[data-rows]")) {
    const before = `${rows.dataset.rows}.`;
    const numbers = Object.keys(detail).filter((name) => name.startsWith(before)).map((name) => parseInt(name.slice(before.length), 10) || 0);
    const wanted = Math.min(Math.max(0, ...numbers), Number(rows.dataset.most));
    while (rows.querySelectorAll("[data-row]").length < wanted) add(rows);
  }
});
form.addEventListener("change", show);
form.addEventListener("reset", () => setTimeout(show));
clear();
show();
