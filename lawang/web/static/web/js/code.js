// Tracking codes made on the device: 60 random bits in 12 characters and Damm's check character over GF(32).
// The same as lawang/lib/codes.py, which says why; both are tested with lawang/lib/tests/code_vectors.json.

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const between = /[ \t\r\n\u00a0\u2000-\u200d\u2010-\u2015\u202f\u2060\u2212\ufeff-]+/g; // spaces and dashes
const twice = (value) => (value & 16 ? (value << 1) ^ 37 : value << 1);
const check = (body) => alphabet[twice([...body].reduce((interim, one) => twice(interim) ^ alphabet.indexOf(one), 0))];

export const newCode = () => {
  const body = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => alphabet[byte & 31]).join("");
  return body + check(body);
};

// The code that somebody typed, as we keep it; null when it is none.
export const normalise = (typed) => {
  const bare = typed.replace(between, "");
  if (!/^[0-9A-Za-z]{13}$/.test(bare)) return null;
  const code = bare.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  return !code.includes("U") && check(code.slice(0, 12)) === code[12] ? code : null;
};

export const shown = (code) => code.match(/.{1,4}/g).join("-");
