// Shows what the office found wrong in a form that is already open: on top with links, and at each field. The same look
// as web/components/error_summary.html and web/forms/_error.html give to a page from the server.

const find = (form, name) => {
  const found = form.elements[name] || form.elements[`${name}_day`];
  return found instanceof RadioNodeList ? found[0] : found;
};

const clear = (form, summary) => {
  summary.hidden = true;
  for (const one of form.querySelectorAll("[data-complaint]")) one.remove();
  for (const one of form.querySelectorAll(".field.bad")) one.classList.remove("bad");
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
};

// `fields` is {name: [sentence]}; what belongs to no field stands on top alone, as does `message` when there are none.
// Without any of them the complaints of before go away.
export const show = (form, summary, fields, message) => {
  clear(form, summary);
  const list = summary.querySelector("ul");
  list.textContent = "";
  const add = (words, control) => {
    const entry = list.appendChild(document.createElement("li"));
    const inner = entry.appendChild(document.createElement(control ? "a" : "strong"));
    inner.textContent = words;
    if (control) inner.href = `#${control.id}`;
  };
  if (message && !Object.keys(fields || {}).length) add(message);
  for (const [name, sentences] of Object.entries(fields || {})) {
    const control = find(form, name);
    const field = control && control.closest(".field");
    const words = [].concat(sentences).join(" ");
    if (!field) {
      add(words);
      continue;
    }
    const head = field.querySelector("label, legend");
    const label = [...head.childNodes].find((node) => node.textContent.trim()).textContent.trim();
    add(`${label}: ${words}`, control);
    const span = document.createElement("span");
    const hidden = span.appendChild(document.createElement("span"));
    span.className = "error";
    span.dataset.complaint = "";
    span.id = `${control.id}_complaint`;
    hidden.className = "hidden";
    hidden.textContent = `${summary.dataset.mark} `;
    span.append(words);
    [...field.querySelectorAll(":scope > label, :scope > legend, :scope > .hint")].pop().after(span);
    field.classList.add("bad");
    control.setAttribute("aria-invalid", "true");
    const described = (control.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && !id.endsWith("_complaint"));
    control.setAttribute("aria-describedby", [...described, span.id].join(" "));
  }
  summary.hidden = !list.children.length;
  summary.focus();
};
