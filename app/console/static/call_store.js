// What the server does not have yet, in this browser, with the form around it: sealed with a key that can't be read out, gone once the
// server has it, with the sign-out (Clear-Site-Data), and after a day. `works`: whether this browser can.
import { whose as here } from "./console.js";

const KEPT_FOR = 24 * 60 * 60 * 1000;
export const works = Boolean(globalThis.indexedDB && globalThis.crypto?.subtle);

const asked = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
let base;
const opened = () => (base ??= new Promise((done, fail) => {
  const request = indexedDB.open("nodus-call", 1);
  request.onupgradeneeded = () => { request.result.createObjectStore("keys"); request.result.createObjectStore("kept"); };
  request.onsuccess = () => {
    request.result.onclose = () => { base = sealing = undefined; }; // emptied by a sign-out in another tab: both are made anew
    done(request.result);
  };
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

const NOBODYS = "000000000000"; // a page that was opened without a network does not know whose it is
/** Whose page this is; of one that was opened without a network: who was here last. */
export const whose = async () => (here !== NOBODYS ? here : works && await asked((await store("keys")).get("whose")) || "");

let last = Promise.resolve();
const inOrder = (act) => (last = last.then(act, act).catch(() => undefined));

/** Keep a value under a name that begins with its draft; the newest one counts. */
export const keep = (name, value) => works && inOrder(async () => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify(value)));
  const mine = await whose();
  await asked((await store("kept")).put({ at: Date.now(), iv, data, whose: mine }, name));
});

export const forget = (name) => works && inOrder(async () => asked((await store("kept")).delete(name)));

/** What was kept of a draft, by name, newest first; what is older than a day goes. */
export const found = async (draft) => (await kept()).filter(({ name }) => name.startsWith(`${draft}/`));

/** The same of every draft. */
export async function kept() {
  if (!works) return [];
  const there = await store("kept");
  const [names, values] = await Promise.all([asked(there.getAllKeys()), asked(there.getAll())]);
  const told = [];
  for (const [place, name] of names.entries()) {
    const { at, iv, data, whose } = values[place];
    const plain = Date.now() - at > KEPT_FOR ? null : await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(), data).catch(() => null);
    if (plain) told.push({ name, at, whose, value: JSON.parse(new TextDecoder().decode(plain)) });
    else forget(name);
  }
  return told.sort((one, other) => other.at - one.at);
}

// When the server last knew who is here; never, once it said that it does not. Without a network nobody can ask it, and what was kept is
// shown as long as a session would live.
const MINUTE = 60 * 1000;
let noted = 0;
export function known(isKnown = true) {
  if (!works || (isKnown && Date.now() - noted < MINUTE)) return;
  noted = isKnown ? Date.now() : 0;
  const at = noted;
  inOrder(async () => {
    await asked((await store("keys")).put(at, "known"));
    if (isKnown && here !== NOBODYS) await asked((await store("keys")).put(here, "whose"));
  });
}

/** What was kept by who was here last, newest first; null when that is more than so many milliseconds ago. */
export async function ours(idle) {
  if (!await isOurs(idle)) return null;
  const mine = await whose();
  return (await kept()).filter((one) => one.whose === mine);
}

const isOurs = async (idle) => works && Math.abs(Date.now() - (await asked((await store("keys")).get("known")) ?? 0)) < idle;

/** Be the only tab that goes by a name, for as long as this page lives; false when another is. */
export const take = (name) => new Promise((done) => {
  if (!navigator.locks) return done(true);
  navigator.locks.request(`nodus-call/${name}`, { ifAvailable: true }, (lock) => { done(Boolean(lock)); return lock ? new Promise(() => {}) : undefined; });
});
