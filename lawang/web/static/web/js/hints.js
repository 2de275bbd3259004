// What a browser cannot do is said before somebody relies on it.

const agent = navigator.userAgent;
const inside = /FBAN|FBAV|FB_IAB|Instagram|WhatsApp|\bLine\/|musical_ly|TikTok|; wv\)/.test(agent); // the browser of another app
const apple = /iPhone|iPad/.test(agent) && !navigator.standalone;
const hints = { inside, apple: apple && !inside, none: !self.indexedDB, insecure: !self.isSecureContext };

for (const one of document.querySelectorAll("[data-hint]")) one.hidden = !hints[one.dataset.hint];
for (const link of document.querySelectorAll("[data-chrome]")) {
  link.hidden = !/Android/.test(agent);
  link.href = `intent://${location.host}${location.pathname}#Intent;scheme=${location.protocol.slice(0, -1)};package=com.android.chrome;end`;
}
