// What the server does not have yet, in this browser: sealed with a key that can't be read out, gone once the server has it, with
// the sign-out (Clear-Site-Data), and after a day. `works`: whether this browser can.
const KEPT_FOR = 24 * 60 * 60 * 1000;
export const works = Boolean(globalThis.indexedDB && globalThis.crypto?.subtle);

const asked = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
let base;
const opened = () => (base ??= new Promise((done, fail) => {
  const request = indexedDB.open("nodus-call", 1);
  request.onupgradeneeded = () => { request.result.createObjectStore("keys"); request.result.createObjectStore("kept"); };
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
}));
const store = async (name, mode = "readwrite") => (await opened()).transaction(name, mode).objectStore(name);

let sealing;
const key = () => (sealing ??= (async () => {
  const there = await asked((await store("keys")).get("key"));
  if (there) return there;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const keys = await store("keys");
  const faster = await asked(keys.get("key")); // another tab's: both must have the same
  return faster ?? (await asked(keys.put(made, "key")), made);
})());

let last = Promise.resolve();
const inOrder = (act) => (last = last.then(act, act).catch(() => undefined));

/** Keep a value under a name that begins with its draft; the newest one counts. */
export const keep = (name, value) => works && inOrder(async () => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify(value)));
  await asked((await store("kept")).put({ at: Date.now(), iv, data }, name));
});

export const forget = (name) => works && inOrder(async () => asked((await store("kept")).delete(name)));

/** What was kept of a draft, by name, newest first; what is older than a day goes. */
export async function found(draft) {
  if (!works) return [];
  const kept = await store("kept");
  const [names, values] = await Promise.all([asked(kept.getAllKeys()), asked(kept.getAll())]);
  const told = [];
  for (const [place, name] of names.entries()) {
    const { at, iv, data } = values[place];
    if (Date.now() - at > KEPT_FOR) forget(name);
    else if (name.startsWith(`${draft}/`)) {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(), data).catch(() => null);
      if (plain) told.push({ name, at, value: JSON.parse(new TextDecoder().decode(plain)) });
      else forget(name);
    }
  }
  return told.sort((one, other) => other.at - one.at);
}

/** Be the only tab that goes by a name, for as long as this page lives; false when another is. */
export const take = (name) => new Promise((done) => {
  if (!navigator.locks) return done(true);
  navigator.locks.request(`nodus-call/${name}`, { ifAvailable: true }, (lock) => { done(Boolean(lock)); return lock ? new Promise(() => {}) : undefined; });
});
