// The inbox: how many wait in the title of the tab, a tone when one comes, keys in a row, and that offers were seen.
import { now, say, token } from "./console.js";
import { clock } from "./live.js";

const asked = document.getElementById("asked");
const sound = document.getElementById("sound");
const keys = document.getElementById("keys");
const title = document.title;
let known = new Set([...document.querySelectorAll("#offers > li")].map((row) => row.id));
let listening = null;

const counted = (n) => { document.title = n ? `(${n}) ${title}` : title; };
const remembered = (store, name) => { try { return store.getItem(name); } catch { return null; } };
const remember = (store, name, value) => { try { store.setItem(name, value); } catch { /* as it was */ } };

counted(known.size);
asked.addEventListener("renewed", ({ detail }) => {
  const came = detail.rows.filter((id) => !known.has(id));
  known = new Set(detail.rows);
  counted(known.size);
  if (!came.length) return;
  document.getElementById("came").textContent = say("inbox_came", { time: clock(now()) });
  if (listening) tone();
});

/** Two soft notes; nothing is fetched for it. */
function tone() {
  for (const [at, pitch] of [[0, 660], [0.18, 880]]) {
    const note = listening.createOscillator();
    const loud = listening.createGain();
    const start = listening.currentTime + at;
    note.frequency.value = pitch;
    loud.gain.setValueAtTime(0, start);
    loud.gain.linearRampToValueAtTime(0.2, start + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.001, start + 0.35);
    note.connect(loud).connect(listening.destination);
    note.start(start);
    note.stop(start + 0.4);
  }
}

// Off until somebody asks for it, and again in another session. A browser lets no page sound before it was touched: until then
// the button says that it is off, since it is.
const showSounding = () => sound.setAttribute("aria-pressed", String(listening?.state === "running"));
function sounding(on) {
  listening?.close();
  listening = on ? new AudioContext() : null;
  if (on) listening.onstatechange = showSounding;
  remember(sessionStorage, "sound", on ? "on" : "");
  showSounding();
}
if ("AudioContext" in self) {
  sound.hidden = false;
  if (remembered(sessionStorage, "sound")) sounding(true);
  sound.addEventListener("click", () => {
    sounding(sound.getAttribute("aria-pressed") !== "true");
    if (listening) tone();
  });
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, ({ target }) => { if (target !== sound) listening?.resume(); });
}

keys.hidden = false;
const areKeysOn = () => keys.getAttribute("aria-pressed") === "true";
keys.setAttribute("aria-pressed", String(remembered(localStorage, "keys") !== "off"));
keys.addEventListener("click", () => {
  keys.setAttribute("aria-pressed", String(!areKeysOn()));
  remember(localStorage, "keys", areKeysOn() ? "on" : "off");
});

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (!row || !areKeysOn() || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea, select")) return;
  const declining = row.querySelector(".declining");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const rows = [...document.querySelectorAll("[data-row]")];
    rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  } else if (event.key === "Escape" && declining?.open) {
    declining.open = false;
    row.focus();
  } else {
    const button = row.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button) return;
    if (event.key >= "1" && event.key <= "9") {
      if (!declining.open) return;
      button.click();
    } else if (button.matches("summary")) {
      declining.open = true;
      declining.querySelector("[data-key='1']").focus();
    } else button.focus();
  }
  event.preventDefault();
});

// Reasons lie over the next row: they fold as soon as somebody turns to something else.
for (const kind of ["click", "focusin"]) document.addEventListener(kind, ({ target }) => {
  for (const one of document.querySelectorAll(".declining[open]")) if (!one.contains(target)) one.open = false;
});

// Somebody moves or types, so somebody is here: what is in sight has been seen, and whoever took the call in hears it.
const told = new Set();
function seen() {
  for (const row of asked.querySelectorAll("[data-unseen]")) {
    const { top, bottom } = row.getBoundingClientRect();
    if (told.has(row.dataset.unseen) || bottom < 0 || top > innerHeight) continue;
    told.add(row.dataset.unseen);
    const headers = { "X-Page-Token": token, "Idempotency-Key": crypto.randomUUID?.() || `${row.dataset.unseen}-${Date.now()}` };
    fetch(`/v1/offers/${row.dataset.unseen}/sight`, { method: "POST", headers }).catch(() => {});
  }
}
for (const kind of ["pointermove", "keydown", "scroll"]) document.addEventListener(kind, seen, { passive: true });
