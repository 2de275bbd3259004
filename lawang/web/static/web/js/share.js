// The last resort: a file that holds one submission whole. Somebody with a signal opens it on their "Di HP ini" page and
// sends it; the key inside makes sure that it is stored once, whoever sends it.

const text = (data) => {
  let binary = "";
  for (const byte of new Uint8Array(data)) binary += String.fromCharCode(byte);
  return btoa(binary);
};
const bytes = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)).buffer;

export const write = (item) => {
  const { key, code, service, version, services, answers, made_at, title, address, shown } = item;
  const files = item.files.map((file) => ({ ...file, data: text(file.data) }));
  return JSON.stringify({ lawang: 1, title, code, key, service, version, services, made_at, address, answers, shown, files }, null, 1);
};

// Return the item that waits in `written`, null when it is no file of ours.
export const read = (written) => {
  try {
    const { lawang, ...item } = JSON.parse(written);
    const whole = [item.title, item.code, item.key, item.service, item.address].every((one) => typeof one === "string") && /^[0-9a-f-]{36}$/.test(item.key);
    if (lawang !== 1 || !whole || !Array.isArray(item.shown) || typeof item.answers !== "object") return null;
    return { ...item, files: item.files.map((file) => ({ ...file, data: bytes(file.data) })) };
  } catch {
    return null;
  }
};

// Hand the file to another app, or put it among the downloads. A .txt, for most browsers share no other text.
export const save = async (item) => {
  const file = new File([write(item)], `lawang-${item.code}.txt`, { type: "text/plain" });
  if (navigator.canShare && navigator.canShare({ files: [file] })) {
    try {
      return await navigator.share({ files: [file], title: item.title });
    } catch (error) {
      if (error.name === "AbortError") return undefined; // somebody thought better of it
    }
  }
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name });
  link.click();
  return setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};
