// What this phone keeps: drafts, what waits to be sent, receipts; and the sending. It runs in pages and in the worker,
// where not every browser has modules: so this one file is a plain script that hands its functions over in self.outbox.
// Text first, photos after it in pieces. Every step may be repeated: the server knows each key once.

self.outbox = (() => {
  const stores = { drafts: "form", photos: "id", waiting: "key", receipts: "key" }; // name -> its key
  const largest = 32 * 1024, smallest = 4 * 1024; // bytes of a piece; a line that breaks gets smaller ones
  const patience = 60000; // ms for one answer
  const month = 30 * 24 * 3600 * 1000;
  const channel = self.BroadcastChannel ? new BroadcastChannel("lawang-outbox") : null;

  const open = () =>
    new Promise((resolve, reject) => {
      const asked = indexedDB.open("lawang", 1);
      asked.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(stores)) asked.result.createObjectStore(name, { keyPath });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      setTimeout(() => reject(new Error("IndexedDB does not answer")), 8000); // seen on iOS
    });

  // Opened for each transaction: iOS closes what stays open. The last request of `work` gives the result.
  const transact = async (names, work, mode = "readwrite") => {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(names, mode, { durability: "strict" });
        const asked = work(...[].concat(names).map((name) => transaction.objectStore(name)));
        transaction.oncomplete = () => resolve(asked && asked.result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error || new Error("aborted"));
      });
    } finally {
      database.close();
    }
  };

  const get = (name, key) => transact(name, (store) => store.get(key), "readonly");
  const all = (name) => transact(name, (store) => store.getAll(), "readonly");
  const keys = (name) => transact(name, (store) => store.getAllKeys(), "readonly");
  const put = (name, value) => transact(name, (store) => store.put(value));
  const drop = (name, key) => transact(name, (store) => store.delete(key));
  const photosOf = (owner) => IDBKeyRange.bound(`${owner}:`, `${owner}:\uffff`); // of a draft or of something that waits
  const readPhotos = (owner) => transact("photos", (store) => store.getAll(photosOf(owner)), "readonly");
  // Delete a draft, or something that waits, with its photos.
  const forget = (name, owner) =>
    transact([name, "photos"], (store, photos) => {
      store.delete(owner);
      photos.delete(photosOf(owner));
    }).then(() => tell({ key: owner }));
  const wipe = () => transact(Object.keys(stores), (...each) => each.forEach((store) => store.clear())).then(() => tell({}));

  // A draft becomes something that waits: both or neither, so that a killed browser leaves it once. The bytes of photos
  // (file.data) lie apart, for the item itself is written again at every step, also on a phone that is nearly full.
  const enqueue = (item, form) =>
    transact(["waiting", "drafts", "photos"], (waiting, drafts, photos) => {
      photos.delete(photosOf(item.key));
      item.files.forEach(({ data }, n) => photos.put({ id: `${item.key}:${n}`, data }));
      waiting.put({ ...item, files: item.files.map(({ data, ...file }) => file) });
      if (!form) return;
      drafts.delete(form);
      photos.delete(photosOf(form));
    }).then(() => tell({ key: item.key }));

  const photo = async (key, n) => (await get("photos", `${key}:${n}`)).data;
  // Return what waits as it went in, with the bytes of its photos.
  const whole = async (key) => {
    const item = await get("waiting", key);
    if (item) for (const [n, file] of item.files.entries()) file.data = await photo(key, n);
    return item;
  };

  // Change what waits, unless somebody has deleted it meanwhile.
  const change = (key, fields) =>
    transact("waiting", (store) => {
      store.get(key).onsuccess = (event) => event.target.result && store.put({ ...event.target.result, ...fields });
    });

  // How far it is; a phone too full to write that down goes on all the same.
  const note = (key, fields) => change(key, fields).catch(() => {});

  // Received as a whole: of what the person wrote only the receipt stays, and nothing when they deleted it meanwhile.
  const finish = (item) =>
    transact(["waiting", "receipts", "photos"], (waiting, receipts, photos) => {
      waiting.getKey(item.key).onsuccess = (event) => {
        if (event.target.result) receipts.put({ ...item.receipt, key: item.key, title: item.title });
      };
      waiting.delete(item.key);
      photos.delete(photosOf(item.key));
    });

  // Drop what is older than 30 days. `now` is the server's time: a telephone's clock may be a year off.
  const tidy = async (now) => {
    for (const one of await all("receipts")) {
      if (now - Date.parse(one.received_at) > month) await drop("receipts", one.key);
    }
    for (const one of await all("drafts")) {
      if (!one.since) await put("drafts", { ...one, since: now });
      else if (now - one.since > month) await forget("drafts", one.form);
    }
  };

  const tell = (news) => {
    if (channel) channel.postMessage(news);
    self.dispatchEvent(new CustomEvent("outbox", { detail: news }));
  };
  // Call `heard` with news from this page, other pages and the worker: {key, stage, photo, share}.
  const listen = (heard) => {
    self.addEventListener("outbox", (event) => heard(event.detail));
    if (channel) channel.addEventListener("message", (event) => heard(event.data));
  };

  const newKey = () => {
    if (crypto.randomUUID) return crypto.randomUUID(); // Chrome 92
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  const sha256 = async (data) =>
    [...new Uint8Array(await crypto.subtle.digest("SHA-256", data))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // --- sending ---

  class Trouble extends Error {
    constructor(words, more) {
      super(words);
      Object.assign(this, more);
    }
  }

  // Return {status, said}; throw when nobody answers in time. A page instead of JSON is no answer of ours: said is null.
  const ask = async (address, options = {}) => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), patience);
    const headers = { "X-Lawang": "1", ...options.headers };
    try {
      const fixed = { cache: "no-store", credentials: "same-origin", redirect: "error", signal: limit.signal };
      const answer = await fetch(address, { ...options, ...fixed, headers });
      return { status: answer.status, said: await answer.json().catch(() => null) };
    } catch (error) {
      throw new Trouble(String(error), { silent: true });
    } finally {
      clearTimeout(timer);
    }
  };

  // Anything but a clear word of our own server means: later.
  const refuse = ({ status, said }) => {
    const error = said && said.error;
    const problem = { 401: "login", 409: "conflict", 422: "repair" }[status] || (status >= 400 && status < 500 && status !== 429 && "refused");
    if (!error || !problem) throw new Trouble(`HTTP ${status}`);
    throw new Trouble(error.message, { problem, fields: error.fields || {} });
  };

  const sendText = async (item) => {
    const { key, code, service, version, services, answers, made_at } = item; // services: of a bundle, filed all or none
    const files = item.files.map(({ name, field, size, sha256: hash, kind }) => ({ name, field, size, sha256: hash, kind }));
    const answer = await ask("/kirim/", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ ...(services ? { services } : { service, version }), code, answers, made_at, channel: "web", files }),
    });
    const { status, said } = answer;
    const ours = said && said.number && String(said.code).replace(/-/g, "") === code;
    return (status === 200 || status === 201) && ours ? said : refuse(answer);
  };

  // Return what the office says is wrong with the photo, mostly nothing.
  const sendPhoto = async (item, n) => {
    const data = await photo(item.key, n);
    const address = `/kirim/${item.key}/${n}/`;
    let answer = await ask(address);
    let before = -1, steps = 0, piece = item.piece || largest;
    for (;;) {
      const { status, said } = answer;
      if (status === 404) {
        await note(item.key, { receipt: null }); // the server does not know it any more: begin anew
        throw new Trouble("HTTP 404");
      }
      if ((status !== 200 && status !== 409) || !said || !(said.offset >= 0)) refuse(answer);
      if (said.complete) return said.trouble; // a sentence when the office has it and cannot use it
      steps += said.offset > before ? 0 : 1;
      if (steps > 1) throw new Trouble("no progress");
      before = said.offset;
      tell({ key: item.key, stage: "photo", photo: n, share: before / data.byteLength });
      try {
        answer = await ask(`${address}?offset=${before}`, {
          method: "POST",
          headers: { "Content-Type": "application/offset+octet-stream" },
          body: data.slice(before, before + piece),
        });
        piece = Math.min(largest, piece * 2);
      } catch (error) {
        await note(item.key, { piece: Math.max(smallest, piece / 2) });
        throw error;
      }
    }
  };

  // Return "sent", "problem" (a person must act), "later", or "silence" when nobody answered at all.
  const sendOne = async (item) => {
    tell({ key: item.key, stage: "text" });
    try {
      if (!item.receipt) {
        item.receipt = await sendText(item);
        await note(item.key, { receipt: item.receipt, problem: null });
      }
      for (let n = 0; n < item.files.length; n++) {
        const trouble = await sendPhoto(item, n);
        if (trouble) item.receipt.trouble = `${item.files[n].name}: ${trouble}`;
        await note(item.key, { done: n + 1, receipt: item.receipt });
      }
      await finish(item);
      return "sent";
    } catch (error) {
      const { problem = null, fields = null, message } = error;
      await note(item.key, { problem, fields, message, tries: (item.tries || 0) + 1 });
      return problem ? "problem" : error.silent ? "silence" : "later";
    }
  };

  // Send everything that may be sent, or `only` one item; who needs to log in is tried `again` when a page opens.
  // Return how many still wait for another try, null when another page or the worker is sending.
  const send = async ({ only, again = false } = {}) => {
    const ready = (item) => item && (!item.problem || (item.problem === "login" && again) || only === item.key);
    const work = async () => {
      const tried = new Set();
      let later = 0, silences = 0;
      for (;;) {
        const waits = (await keys("waiting")).filter((key) => !tried.has(key) && (!only || key === only));
        if (!waits.length) break;
        tried.add(waits[0]);
        const item = await get("waiting", waits[0]);
        if (!ready(item)) continue;
        const how = silences > 2 ? "silence" : await sendOne(item); // the others would wait for nobody
        silences += how === "silence" ? 1 : 0;
        later += how === "silence" || how === "later" ? 1 : 0;
        tell({ key: item.key });
      }
      return later;
    };
    if (!navigator.locks) return work();
    return navigator.locks.request("lawang-outbox", { ifAvailable: true }, (lock) => (lock ? work() : null));
  };

  return { get, all, keys, put, readPhotos, forget, wipe, enqueue, whole, photo, change, tidy, tell, listen, newKey, sha256, send };
})();
