// While something waits on this phone, every page says so and tries to send it: when it opens, when the network returns,
// when somebody looks at it again, and after 5 seconds, 10, 20 ... up to 5 minutes.

import "./outbox.js";

const { keys, send, listen, tidy } = self.outbox;
const soonest = 5000, latest = 300000; // ms
const banner = document.querySelector("[data-waiting]");
let pause = soonest, timer, busy;

// page.js loads this file only where the flag stands: as long as anything of ours is on this phone.
const flag = (stands) => {
  try {
    if (stands) localStorage.setItem("lawang:kept", "1");
    else localStorage.removeItem("lawang:kept");
  } catch {
    // a private window keeps nothing
  }
};
export const raiseFlag = () => flag(true);

export const show = async () => {
  const [waiting, drafts, receipts] = await Promise.all(["waiting", "drafts", "receipts"].map(keys));
  flag(waiting.length || drafts.length || receipts.length);
  if (!banner) return;
  banner.querySelector("[data-slot=count]").textContent = waiting.length;
  banner.hidden = !waiting.length;
};

export const run = async (options = {}) => {
  clearTimeout(timer);
  if (busy) return;
  busy = true;
  let later = 0;
  try {
    later = await send(options);
    await show();
    if (later === null) later = (await keys("waiting")).length; // another page sends: look again, it may have been closed
  } catch {
    later = 1; // the database did not answer
  } finally {
    busy = false;
  }
  if (!later) pause = soonest;
  else {
    timer = setTimeout(run, pause + Math.random() * 2000);
    pause = Math.min(pause * 2, latest);
  }
};

const wake = () => {
  pause = soonest;
  run({ again: true });
};
const clean = async () => {
  try {
    const old = (await keys("receipts")).length + (await keys("drafts")).length;
    if (!old || sessionStorage.getItem("lawang:tidied")) return;
    const { fresh } = await import("./token.js");
    await tidy(Date.parse((await fresh()).now));
    sessionStorage.setItem("lawang:tidied", "1");
    await show();
  } catch {
    // no network: another time
  }
};

addEventListener("online", wake);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
listen((news) => news.stage || show().catch(() => {}));
if (self.indexedDB) run({ again: true }).then(clean);
