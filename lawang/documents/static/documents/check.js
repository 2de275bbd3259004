// The check page: verify the statement behind the "#" with the keys of this page, and compare a PDF without sending it.
// The statement is described in lawang/documents/qr.py.

const page = document.querySelector("[data-check]");
const { subtle } = self.crypto || {};
const show = (name, word) => {
  for (const one of page.querySelectorAll(`[data-${name}]`)) one.hidden = one.dataset[name] !== word;
};

// base64url without "=", and only in its one spelling.
const bytes = (words) => {
  const content = Uint8Array.from(atob(words.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  if (text(content) !== words) throw new Error("another spelling");
  return content;
};
const text = (content) => btoa(String.fromCharCode(...content)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

// Return [what to show, the statement's fields or nothing].
const verify = async (payload) => {
  if (!subtle) return ["unable"];
  try {
    const [words, signature, more] = payload.split(".");
    const signed = bytes(words);
    const [form, id, code, number, date, office, kind, example, end] = new TextDecoder("utf-8", { fatal: true }).decode(signed).split("\n");
    if (form !== "L1" || example === undefined || end !== undefined || more !== undefined) return ["forged"];
    const known = JSON.parse(page.dataset.keys).filter((one) => one.id === id);
    if (!known.length) return ["unknown"];
    for (const one of known) {
      const key = await subtle.importKey("raw", bytes(one.key), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
      const fits = await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes(signature), signed);
      if (fits && !(one.until && date > one.until)) return [null, { code, number, date, office, kind, example }];
    }
  } catch {
    // cut off, or typed by somebody
  }
  return ["forged"];
};

const inWords = ({ code, number, date, office, kind }) => ({
  kind: JSON.parse(page.dataset.kinds)[kind] || kind,
  number,
  date: new Date(`${date}T12:00`).toLocaleDateString(document.documentElement.lang, { dateStyle: "full" }),
  office,
  code: code.match(/.{1,4}/g).join("-"),
});

// What a genuine statement means here. The page knows a code only when the server answered for it just now.
const fitting = (said) => {
  const { asked, code, number } = page.dataset;
  const address = location.pathname.split("/").filter(Boolean).pop();
  if (address !== "cek" && said.code !== address) return "other";
  if (!asked) return "offline";
  if (!code) return "lost";
  return said.number === number ? "genuine" : "other";
};

const checkPaper = async () => {
  const payload = location.hash.slice(1);
  const paper = page.querySelector("[data-paper]");
  paper.hidden = !payload;
  if (!payload) return;
  let [word, said] = await verify(payload);
  if (said) word = fitting(said);
  show("when", word);
  page.querySelector("[data-facts]").hidden = !said || word === "genuine";
  page.querySelector("[data-example]").hidden = !(said && said.example && word !== "genuine");
  for (const [name, value] of Object.entries(said ? inWords(said) : {})) page.querySelector(`[data-fact=${name}]`).textContent = value;
};

const checkFile = async (file) => {
  const digest = [...new Uint8Array(await subtle.digest("SHA-256", await file.arrayBuffer()))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const { sha256 } = page.dataset;
  if (sha256) show("file", digest === sha256 ? "same" : "differs");
  else if (navigator.onLine !== false) location.assign(`${form.action}?sidik=${digest}`);
  else show("file", "offline");
  const shown = page.querySelector("[data-file]:not([hidden])");
  if (shown) shown.focus();
};

const form = page.querySelector("[data-drop]");
const input = form.querySelector("input[type=file]");
if (subtle) {
  page.querySelector("[data-sent]").hidden = true;
  page.querySelector("[data-stays]").hidden = false;
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return; // the server says what to do
    event.preventDefault();
    checkFile(input.files[0]);
  });
  input.addEventListener("change", () => input.files.length && checkFile(input.files[0]));
  for (const name of ["dragover", "drop"]) form.addEventListener(name, (event) => event.preventDefault());
  form.addEventListener("drop", ({ dataTransfer }) => dataTransfer.files.length && checkFile(dataTransfer.files[0]));
}
// Asked for by its hash, and the kept page came instead of an answer.
if (location.search.includes("sidik=") && !page.querySelector("[data-verdict]")) show("file", "offline");
addEventListener("hashchange", checkPaper);
checkPaper();
