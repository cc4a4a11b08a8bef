// Keeps the parts of a page true: every [data-live="/path"] is asked for again when there is news, and every half minute.
//
// - [data-live-list], with an id: a list whose rows stay while one has focus, or a pointer moves over them; new ones wait behind the button
//   [data-live-more="<id of the list>"], and rows that are no longer there are marked with data-gone.
// - [data-live-state]: says when all this was true, or since when nobody knows.
// - [data-live-wide] on the page: any organisation's news counts. [data-live-always]: also while the page is hidden.
// - [data-live-veil]: goes out of sight as well when the session is over, with all that was typed in it.
// - [data-keep]: a script of the page made what is in it. Fields, open details, forms on their way are left alone anyhow.
// - time[data-left]: the time that is left, each second; class "soon" when that is `data-left` seconds or less.
// - A part that was renewed dispatches "renewed", with the fragment as its detail.
import { isOthers, now, renew, say } from "./console.js";
import { morph } from "./morph.js";
import { follow } from "./stream.js";

const FALLBACK = 30000;
const AGAIN = 4000;
const REST = 4000; // a pointer that has not moved for so long aims at nothing
const has = (what) => document.querySelector(`[data-live-${what}]`) !== null;
/** The time in the Netherlands. */
export const clock = (at) => at.toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Amsterdam" });

let fresh = now(); // when the page was true
let lost = false;
let busy = null;
let asked = false;
let timer = setTimeout(() => wake(), 1000);
let released = ""; // the list whose new rows may come in now
const over = new Set(); // moments that have passed, and were asked about
let moved = -REST;
let pressed = null; // while a button of the pointer is down: a promise that it will be let go
let letGo = null;

/** Ask for every part again; one time after the other, and once more when there was news meanwhile. */
export function refresh() {
  asked = true;
  busy ||= (async () => {
    while (asked) {
      asked = false;
      await renewAll();
    }
  })().finally(() => { busy = null; });
  return busy;
}

async function renewAll() {
  const began = now();
  const came = await Promise.all([...document.querySelectorAll("[data-live]")].map(renewPart));
  const isOver = came.includes(401);
  const isWell = came.every((status) => status === 200);
  if (isWell || isOver) ended(isOver);
  if (isWell) fresh = began;
  tell(!isWell && !isOver);
  clearTimeout(timer);
  timer = setTimeout(wake, lost ? AGAIN : FALLBACK);
}

async function renewPart(part) {
  try {
    const answer = await fetch(part.dataset.live, { headers: { "X-Part": part.id }, signal: AbortSignal.timeout(10000) });
    if (!answer.ok || answer.redirected) return answer.ok ? 401 : answer.status;
    if (isOthers(answer)) return 401;
    const frame = document.createElement("template");
    frame.innerHTML = await answer.text();
    await pressed; // what is under the pointer is still there when it is let go: else nothing was clicked
    renew(answer.headers.get("X-Page-Token"));
    const detail = document.importNode(frame.content, true);
    const rows = [...detail.querySelectorAll("[data-live-list] > [id]")].map((row) => row.id);
    morph(part, detail, holds);
    part.dispatchEvent(new CustomEvent("renewed", { bubbles: true, detail: { rows } }));
    return 200;
  } catch {
    return 0;
  }
}

/** Whether a list keeps its rows for now, since its reader is in it; new ones are counted on its button. */
function holds(list, fragment) {
  if (!("liveList" in (list.dataset || {}))) return false;
  const button = document.querySelector(`[data-live-more="${list.id}"]`);
  if (!button) return false;
  const waits = [...fragment.children].filter((row) => row.id && !document.getElementById(row.id)).length;
  const focused = document.activeElement;
  const isAimed = list.matches(":hover") && performance.now() - moved < REST; // a click would meet another row
  if (isAimed && (waits || list.querySelector(":scope > [data-gone]"))) setTimeout(wake, REST);
  const held = list.id !== released && (list.contains(focused) || button === focused || isAimed);
  button.hidden = !(held && waits);
  button.textContent = held && waits ? say(waits === 1 ? "new_one" : "new", { n: waits }) : "";
  return held;
}

function tell(isLost) {
  for (const state of document.querySelectorAll("[data-live-state]")) {
    const text = say(isLost ? "stale" : "live", { time: clock(fresh) });
    state.setAttribute("aria-live", isLost || lost ? "polite" : "off"); // every half minute it would be a nuisance
    state.classList.toggle("stale", isLost);
    if (state.textContent !== text) state.textContent = text;
  }
  lost = isLost;
}

/** The session is over: what is personal goes out of sight, what was typed stays; signed in again in another tab, one goes on. */
function ended(isOver) {
  const there = document.getElementById("live-ended");
  for (const part of document.querySelectorAll("[data-live], [data-live-veil]")) part.hidden = isOver;
  if (!isOver) return there?.remove();
  if (there) return;
  const told = document.createElement("div");
  told.id = "live-ended";
  told.className = "notice warn";
  told.setAttribute("role", "alert");
  const link = document.createElement("a");
  link.href = "/sign-in";
  link.target = "_blank";
  link.textContent = say("sign_in");
  told.append(`${say("signed_out")} `, link);
  document.getElementById("main").prepend(told);
}

const wake = () => { if (!document.hidden || has("always")) refresh(); };
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
document.addEventListener("pointermove", () => { moved = performance.now(); }, { passive: true });
const release = () => { letGo?.(); pressed = letGo = null; };
document.addEventListener("pointerdown", () => {
  pressed ||= new Promise((up) => { letGo = up; setTimeout(release, REST); }); // a list that opens keeps the end of the press to itself
}, { passive: true });
for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => setTimeout(release), { passive: true });
addEventListener("online", wake);
addEventListener("offline", wake);
document.addEventListener("focusout", () => setTimeout(() => {
  const waits = document.querySelector("[data-live-more]:not([hidden]), [data-live-list] > [data-gone]");
  if (waits && !document.activeElement.closest("[data-live-list], [data-live-more]")) refresh();
}, 300));
document.addEventListener("click", async (event) => {
  const more = event.target.closest("[data-live-more]");
  if (!more) return;
  const list = document.getElementById(more.dataset.liveMore);
  const known = new Set(list.children);
  released = list.id;
  await refresh();
  released = "";
  [...list.children].find((row) => !known.has(row))?.querySelector("[tabindex], a, button")?.focus();
});

// The time that is left; when one is over, the server is asked what became of it.
function count() {
  for (const one of document.querySelectorAll("time[data-left]")) {
    const left = Math.ceil((new Date(one.dateTime) - now()) / 1000);
    const said = left <= 0 ? say("left_over") : inWords(left, left <= Number(one.dataset.left));
    if (one.textContent === said) continue;
    one.textContent = said;
    one.classList.toggle("soon", left <= Number(one.dataset.left));
    if (left > 0 || over.has(one.dateTime)) continue;
    over.add(one.dateTime);
    wake();
  }
}

function inWords(left, isSoon) {
  const start = isSoon && left < 3600 ? "left_soon_" : "left_";
  if (left < 120) return say(`${start}s`, { n: left });
  if (left < 3600) return say(`${start}min`, { n: Math.floor(left / 60) });
  if (left >= 86400) return say("left_d", { n: Math.floor(left / 86400) });
  return say("left_h", { n: Math.floor(left / 3600), m: Math.floor((left % 3600) / 60) });
}

if (document.querySelector("[data-live]")) {
  follow(has("wide") ? "/live?wide=1" : "/live", (call) => call || wake());
  tell(false);
} else clearTimeout(timer);
document.addEventListener("renewed", count);
setInterval(count, 1000);
count();
