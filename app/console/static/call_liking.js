// Which key does what, as somebody likes it: a cookie for each account, since the sign-out empties all else that a browser keeps. It
// holds names of keys only.
const A_YEAR = 365 * 24 * 60 * 60;
const NOBODYS = "keys-000000000000"; // a page that was opened without a network does not know whose it is
const { liking } = document.querySelector("[data-liking]").dataset;
const kept = new Map(document.cookie.split("; ").filter((one) => one.startsWith("keys-")).map((one) => one.split("=")));
const mine = kept.get(liking) ?? (liking === NOBODYS && kept.size === 1 ? [...kept.values()][0] : "");

/** What a cookie holds; nothing of one that is none of ours. */
function read(told) {
  try { return decodeURIComponent(told).split(",").map((one) => one.split(":")).filter((one) => one.length === 2); } catch { return []; }
}

/** Of what is not as usual: the key by name; empty where it was switched off. */
export const liked = new Map(read(mine ?? ""));

/** Like another key, none (empty), or the usual one again (null). */
export function like(name, key) {
  if (key === null) liked.delete(name);
  else liked.set(name, key);
  const told = encodeURIComponent([...liked].map((one) => one.join(":")).join());
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (liking !== NOBODYS) document.cookie = `${liking}=${told}; path=/call; max-age=${A_YEAR}; samesite=lax${secure}`;
}

/** What was pressed, as aria-keyshortcuts writes it: "J", "Alt+Q", "Control+Enter". With Alt, the key counts and not what it types. */
export function pressed({ key, code, altKey, ctrlKey, metaKey, shiftKey }) {
  const plain = /^[a-z0-9]$/i.test(key) || !altKey ? key : code.replace(/^(Key|Digit)/, "");
  const told = plain.length === 1 ? plain.toUpperCase() : plain;
  const withShift = shiftKey && (altKey || ctrlKey || plain.length > 1);
  return [ctrlKey && "Control", altKey && "Alt", metaKey && "Meta", withShift && "Shift", told].filter(Boolean).join("+");
}

export const shown = (key) => key.replace("Control", "Ctrl").replace("Enter", "↵").replaceAll("+", " ");
