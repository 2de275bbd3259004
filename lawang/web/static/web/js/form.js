// <form data-outbox="service" data-version="3">: what is typed and chosen is kept on this phone, and sending puts it into
// the outbox, from where it goes when there is a signal. Where nothing can be kept the form is sent as any other. A form
// of several services, filed all or none, has a name of its own and data-services="one:3 two:1".
// A script that adds rows to the form listens for "outbox:fill" (detail: the answers), which comes before filling.

import "./outbox.js";

const { get, put, readPhotos, forget, enqueue, whole, change, listen, newKey, sha256 } = self.outbox;
const form = document.querySelector("form[data-outbox]");
const panel = document.querySelector("[data-outbox-result]"); // of web/components/outbox.html, as the next two
const summary = document.querySelector("[data-outbox-summary]");
const trouble = document.querySelector("[data-outbox-trouble]");
const words = panel.dataset;
const draft = form.dataset.outbox; // of this phone, whoever is signed in: the kept page knows nobody
const bundle = form.dataset.services && form.dataset.services.split(" ").map((one) => ({ service: one.split(":")[0], version: Number(one.split(":")[1]) }));
const title = form.dataset.title || document.querySelector("h1").textContent.trim();
const address = location.pathname + location.search;
const line = document.createElement("p");
const small = 300000, smaller = 90000; // bytes of a photo
let timer, repairing, sending, rest, warned = "", saving = Promise.resolve();

// What is needed once somebody fills in; loaded then, for the page itself should be there at once.
const load = async () => {
  rest = rest || Promise.all([import("./code.js"), import("./item.js"), import("./photo.js"), import("./token.js"), import("./waiting.js")]);
  try {
    return Object.assign({}, ...(await rest));
  } catch (error) {
    rest = null; // the line broke: try again next time
    throw error;
  }
};

// --- what the form holds ---

const ours = ["csrfmiddlewaretoken", "key", "code"];
const isSecret = (one) => one.type === "password" || one.autocomplete === "one-time-code";
const isTyped = (one) => one.name && !isSecret(one) && !["hidden", "file", "submit", "button", "reset", "image"].includes(one.type);
const isBox = (one) => one.type === "checkbox" || one.type === "radio";
const isFile = (one) => one.type === "file" && one.name && !one.disabled;
const elements = (wanted) => [...form.elements].filter(wanted);

const hidden = (name, value) => {
  const field = form.elements[name] || form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  if (value !== undefined) field.value = value;
  return field.value;
};

const answersOf = () => {
  const secret = elements(isSecret).map((one) => one.name);
  const answers = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || ours.includes(name) || secret.includes(name)) continue;
    answers[name] = name in answers ? [].concat(answers[name], value) : value;
  }
  return answers;
};

const fill = (answers) => {
  form.dispatchEvent(new CustomEvent("outbox:fill", { detail: answers }));
  const turn = {};
  for (const one of elements(isTyped)) {
    const values = [].concat(one.name in answers ? answers[one.name] : []);
    if (isBox(one)) one.checked = values.includes(one.value);
    else if (one.multiple) for (const option of one.options) option.selected = values.includes(option.value);
    else {
      turn[one.name] = (turn[one.name] || 0) + 1; // fields of one name come in turn
      one.value = values[turn[one.name] - 1] || "";
    }
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
};

const filesOf = async (fields, most = small) => {
  const { shrink } = await load();
  const files = [];
  for (const field of fields) {
    for (const chosen of field.files) {
      const file = await shrink(chosen, most);
      const data = await file.arrayBuffer();
      files.push({ field: field.name, name: file.name, kind: file.type, size: data.byteLength, sha256: await sha256(data), data });
    }
  }
  return files;
};

// Put files of filesOf() into their fields, as if they had been chosen.
const choose = async (files) => {
  const { remember } = await load();
  for (const field of elements(isFile)) {
    const box = new DataTransfer();
    for (const { data, name, kind } of files.filter((one) => one.field === field.name)) box.items.add(remember(new File([data], name, { type: kind })));
    if (box.files.length) field.files = box.files;
  }
};

const textOf = (one) => {
  if (isBox(one)) return one.checked ? one.labels[0].textContent.trim() : "";
  if (one.files) return [...one.files].map((file) => file.name).join(", ");
  if (one.options) return [...one.selectedOptions].map((option) => option.value && option.textContent.trim()).join(", ");
  return one.value;
};
// What a person sees when they look at it later: [[label, value]].
const shownOf = () =>
  [...form.querySelectorAll(".field")].flatMap((field) => {
    const value = [...field.querySelectorAll("input, select, textarea")].filter((one) => isTyped(one) || isFile(one)).map(textOf).filter(Boolean).join(" ");
    return value ? [[field.querySelector("label, legend").childNodes[0].textContent.trim(), value]] : [];
  });

const empty = () => {
  form.reset();
  hidden("key", "");
  hidden("code", "");
};

// --- drafts ---

const tell = (text) => { line.textContent = text; };
const isFull = (error) => error.name === "QuotaExceededError";
const explain = (what) => {
  for (const one of trouble.querySelectorAll("[data-in]")) one.hidden = !one.dataset.in.split(" ").includes(what);
  trouble.hidden = !what;
  if (what) trouble.focus();
};

const code = async () => hidden("code") || hidden("code", (await load()).newCode());
const key = () => hidden("key") || hidden("key", newKey());

const save = () => {
  clearTimeout(timer);
  timer = 0;
  saving = saving.then(async () => {
    if (panel.dataset.key) return; // it is in the outbox already
    try {
      if (repairing) await change(repairing, { answers: answersOf(), shown: shownOf() });
      else await put("drafts", { form: draft, title, address, answers: answersOf(), at: Date.now(), key: key(), code: await code() });
      const { clock, raiseFlag } = await load();
      raiseFlag();
      tell(words.saved.replace("{time}", clock(Date.now())));
    } catch (error) {
      tell(isFull(error) ? words.full : words.none);
    }
  });
  return saving;
};

const savePhotos = async (field) => {
  let hint = field.parentElement.querySelector("[data-photo]");
  if (!hint) {
    hint = Object.assign(document.createElement("span"), { className: "hint" });
    hint.setAttribute("role", "status");
    hint.dataset.photo = "";
    field.after(hint);
  }
  hint.textContent = field.files.length ? words.shrinking : "";
  explain("");
  try {
    const files = await filesOf([field]);
    await choose(files);
    const size = Math.ceil(files.reduce((sum, one) => sum + one.size, 0) / 1000);
    hint.textContent = files.length ? words.size.replace("{size}", size.toLocaleString(document.documentElement.lang)) : "";
    if (repairing) {
      const item = await whole(repairing);
      await enqueue({ ...item, files: [...item.files.filter((one) => one.field !== field.name), ...files] });
    } else await put("photos", { id: `${draft}:${field.name}`, files });
  } catch (error) {
    if (hint.textContent === words.shrinking) hint.textContent = "";
    if (isFull(error)) explain("full");
    if (error.name === "NotReadableError") explain("unreadable");
  }
  return save();
};

// --- sending ---

// Fields that stand open, do not say "(boleh kosong)" and hold nothing; a box alone may stay unticked.
const missing = () =>
  [...form.querySelectorAll(".field")].flatMap((field) => {
    if (!field.offsetParent || field.querySelector(".field, .optional, :scope > .choice")) return [];
    const controls = [...field.querySelectorAll("input, select, textarea")].filter((one) => isTyped(one) || isFile(one));
    return controls.length && !controls.some((one) => (isBox(one) ? one.checked : one.value.trim())) ? [controls[0].name] : [];
  });

const wait = async (item) => {
  panel.dataset.key = item.key;
  repairing = null;
  form.hidden = true;
  const { obey, render, run, raiseFlag } = await load();
  if (!words.obeys) obey(panel);
  words.obeys = "1";
  render(panel, item);
  panel.hidden = false;
  panel.focus();
  raiseFlag();
  try { // these may never answer, and persist() may ask the person: nothing waits for them
    navigator.storage.persist().catch(() => {});
    navigator.serviceWorker.ready.then((registered) => registered.sync && registered.sync.register("outbox")).catch(() => {});
  } catch {
    // an old browser
  }
  run({ only: item.key });
};

const complain = async (fields, message) => (await import("./complaints.js")).show(form, summary, fields, message);

const queue = async () => {
  explain("");
  const names = missing();
  const isNews = names.join() !== warned; // whoever sends it like that again is not held back: the office decides
  warned = names.join();
  if (names.length || !summary.hidden) await complain(Object.fromEntries(names.map((name) => [name, [words.empty]])));
  if (names.length && isNews) return undefined;
  await saving;
  for (const most of [small, smaller]) {
    const item = { key: key(), code: await code(), service: draft, version: Number(form.dataset.version || 0), services: bundle, answers: answersOf(),
      files: await filesOf(elements(isFile), most), title, address, shown: shownOf(), made_at: new Date().toISOString() };
    try {
      await enqueue(item, repairing ? "" : draft); // a draft beside it is another submission
      return wait(item);
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  }
  return explain("full"); // the text is a draft, or stands in the form
};

// Nothing can be kept here: send it as a form without JavaScript would be.
const direct = async () => {
  try {
    const { post } = await load();
    key();
    await code();
    await post(form);
  } catch {
    explain("none");
  }
};

// Open what the office could not accept, with its sentences.
const repair = (item) => {
  repairing = item.key;
  delete panel.dataset.key;
  hidden("key", item.key);
  hidden("code", item.code);
  panel.hidden = true;
  form.hidden = false;
  document.title = `${summary.dataset.mark} ${document.title.replace(summary.dataset.mark, "").trim()}`;
  return complain(item.fields, item.message);
};

// All listeners stand before anything is awaited: a fast tap must not become a request that dies without a signal.
form.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter.name) return; // not the button that sends
  event.preventDefault();
  if (sending) return;
  sending = true;
  queue()
    .catch((error) => (/^Not(Readable|Found)/.test(error.name) ? explain("unreadable") : direct()))
    .finally(() => { sending = false; });
});
form.addEventListener("input", (event) => {
  load().catch(() => {});
  if (event.target.type === "file") return;
  clearTimeout(timer);
  timer = setTimeout(save, 400);
});
form.addEventListener("change", (event) => event.target.type === "file" && savePhotos(event.target));
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && timer && save());
trouble.addEventListener("click", (event) => event.target.closest("[data-do=direct]") && direct());
listen(async (news) => {
  const mine = panel.dataset.key;
  if (!mine || (news.key && news.key !== mine)) return;
  const { find, render } = await load();
  const item = await find(mine);
  const state = render(panel, item, news);
  if (state === "repair") repair(item);
  if (state === "done") empty(); // the phone keeps the receipt and nothing else
});

line.className = "draft kept-here";
line.setAttribute("role", "status");
form.append(line);
if (/FB|Instagram|WhatsApp|Line|musical|TikTok|wv/.test(navigator.userAgent)) import("./hints.js"); // which looks closer

const begin = async () => {
  const asked = /^#perbaiki=([\w-]+)$/.exec(location.hash);
  const item = asked && (await whole(asked[1]));
  if (item) {
    fill(item.answers);
    await choose(item.files);
    return repair(item);
  }
  const kept = document.querySelector("[data-error-summary]") ? null : await get("drafts", draft);
  if (!kept || timer) return; // nothing, or somebody has begun to type
  fill(kept.answers);
  hidden("key", kept.key);
  hidden("code", kept.code);
  await choose((await readPhotos(draft)).flatMap((one) => one.files));
  tell(`${words.restored.replace("{time}", (await load()).clock(kept.at))} `);
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button small secondary", textContent: words.discard });
  line.append(button);
  button.addEventListener("click", async () => {
    await forget("drafts", draft);
    empty();
    tell("");
  });
};
begin().catch(() => tell(words.none));
