// One call: the form is saved as it is typed, what follows is shown beside it, and it is sent once.
import { now, say } from "./console.js";
import { beside } from "./call_beside.js";
import { Away, ask } from "./call_net.js";
import { counting } from "./call_count.js";
import { boxOf, collect, idOf, told } from "./call_form.js";
import { listen } from "./call_keys.js";
import { Live, summarise } from "./call_live.js";
import { Questions } from "./call_questions.js";
import { Saving } from "./call_saving.js";
import { works } from "./call_store.js";
import { towns } from "./call_town.js";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const form = $("#call"), saved = $("#saved"), send = $("#send"), isShell = "shell" in form.dataset;
if (isShell) await (await import("./call_shell.js")).reopen(form);
const { draft } = form.dataset;
const clock = (at, seconds = true) => at.toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }), timeZone: "Europe/Amsterdam" }).replaceAll(":", ".");
const made = (tag, text, props = {}) => Object.assign(document.createElement(tag), { textContent: text, ...props });

// How long, in sight and in the title of the tab.
const began = new Date($("#timer").dataset.since), title = document.title;
const tick = () => {
  const seconds = Math.max(0, Math.floor((now() - began) / 1000));
  const parts = [Math.floor(seconds / 60), seconds % 60].map((one) => String(one).padStart(2, "0"));
  $("#timer").textContent = parts.join(":");
  document.title = `${parts.join(":")} ${title}`;
};
tick();
setInterval(tick, 1000);

// Which fields count: one way to tell the place, and nothing to reach an anonymous caller by.
const way = () => $("input[name=_way]:checked").value;
function arrange() {
  for (const one of $$("[data-ways]")) {
    const counts = one.dataset.ways.includes(way()) || (one.id === "municipality" && one.dataset.chosen);
    one.hidden = one.disabled = !counts;
  }
  const isAnonymous = form.elements["caller.anonymity"].value === "anonymous";
  $("#reached").hidden = $("#reached").disabled = isAnonymous;
  $("#feedback-by").hidden = !form.elements.feedbackPromised.checked;
  form.elements.feedbackBy.disabled = !form.elements.feedbackPromised.checked;
}
$("#ways").hidden = $("#raising").hidden = false;
for (const one of $$(".keys-told, .hint-keys")) one.hidden = false;
document.body.classList.add("with-script");
arrange();

const guide = new Questions(form), use = counting(form);
// To whom it goes counts as read when it has stood there for a moment, so that a key that comes just then asks first.
const READING = 1200; // ms
let read = null, reading;
const live = new Live(form, (follows) => {
  clearTimeout(reading);
  $("#raising").hidden = !follows.raised;
  const seen = () => { read = follows; send.dataset.read = follows.name; };
  if (!read?.receiver || read.receiver === follows.receiver) seen();
  else reading = setTimeout(seen, READING);
});
const saving = new Saving(form, {
  state(name, since) {
    saved.dataset.state = name;
    saved.classList.toggle("stale", name === "away" || name === "queued");
    if (name === "saved" && live.isBehind) live.soon(collect(form));
    if (name === "saved") here?.saved();
    if (name === "saved" && isShell) caughtUp();
    const text = { saving: "call_saving", saved: "call_saved", sending: "call_sending", queued: "call_queued", away: works ? "call_local" : "call_no_store" }[name];
    saved.textContent = say(text, { time: since ? clock(since, name === "saved") : "" });
    send.setAttribute("aria-disabled", String(Boolean(saving?.send)));
  },
  conflict(field, mine, theirs) {
    const box = boxOf(form, field), shown = (value) => told(form, field, value) || say("call_nothing");
    $(`#${idOf(field)}-conflict`)?.remove();
    const both = made("div", "", { className: "conflict notice warn", id: `${idOf(field)}-conflict` });
    both.setAttribute("role", "alert");
    const choose = (name, isMine) => made("button", say(name), { type: "button", onclick: () => { saving.choose(field, isMine); both.remove(); changed(); box?.querySelector("input, textarea, select")?.focus(); } });
    both.append(made("p", say("call_theirs", { mine: shown(mine), theirs: shown(theirs) })), choose("call_keep_theirs", false), " ", choose("call_take_mine", true));
    (box ?? $("#news")).append(both);
    if (!box) $("#news").hidden = false;
  },
  news(field) {
    const box = boxOf(form, field);
    box?.classList.add("new");
    setTimeout(() => box?.classList.remove("new"), 4000);
    arrange();
    changed();
  },
  others({ heldBy, screens }) {
    isTaken = Boolean(heldBy && !heldBy.you && !$("#held"));
    isTyping = screens.some((one) => one.screen !== saving.screen);
    tellBeside();
  },
  ended() {
    $("#news").hidden = false;
    $("#news").replaceChildren(made("p", `${say("call_gone")} `), made("a", say("call_see"), { href: `/call/${draft}/ended` }));
    $("#news a").focus();
  },
  faults(found) {
    live.refused = { ...live.refused, ...Object.fromEntries(Object.keys(found).map((field) => [field, words(found[field])])) };
    live.showFaults();
  },
  async made() {
    const list = await ask(`/call/${draft}/hand-offs`, { method: "GET" }).catch(() => null); // shown with the next one
    if (list !== null) $("#made").replaceChildren(...new DOMParser().parseFromString(list, "text/html").body.childNodes);
    waiting();
  },
  stale() { $("#beside").textContent = say("call_stale"); send.focus(); },
  refused(problem) { send.setAttribute("aria-disabled", "false"); summarise(form, problem, say("call_summary")); },
  use,
  sent() { location.assign(`/call/${draft}/ended`); },
});
/** A page that was opened without a network, and has one again. */
function caughtUp() {
  if (!$("#shell-back").hidden) return;
  $("#shell-told").hidden = true;
  $("#shell-back").hidden = false;
  saving.refresh().catch(() => undefined);
  saving.hears.made();
}
// Who else is in this call: told once, politely, and only when it changed.
let isTaken = false, isTyping = false, who = "";
function tellBeside() {
  const told = [isTaken && say("call_taken"), who || (isTyping && say("call_beside"))].filter(Boolean).join(" ");
  if ($("#beside").textContent !== told) $("#beside").textContent = told;
}
const here = beside(saving, (told) => { who = told; if (!told) isTyping = false; tellBeside(); });
const words = (code) => say(code === "string_too_long" ? "call_too_long" : "call_fault");

function changed(event) {
  arrange();
  guide.refresh();
  for (const field of Object.keys(live.refused)) if (event?.target?.name === field) delete live.refused[field];
  const fields = saving.changed();
  live.soon(fields, event?.type === "input" && event.target.matches("textarea, input:not([type=radio], [type=checkbox])"));
}
form.addEventListener("input", (event) => {
  if (event.target.name?.startsWith("place.stay.post")) delete $("#municipality").dataset.chosen;
  changed(event);
});
form.addEventListener("change", changed);
towns(form, changed);
addEventListener("visibilitychange", () => { if (!document.hidden && saving.isClean && !saving.over) saving.refresh().catch(() => undefined); });
saving.ready.then(() => changed());

// The next time it opens without a network too: what that takes is fetched when the page has come to rest.
const SETTLED = 1000; // ms
if (works) setTimeout(async () => {
  if (saving.away || saving.isLost || saving.over || document.body.classList.contains("veiled")) return;
  try {
    await navigator.serviceWorker.register("/call/worker.js", { scope: "/call" });
    const { lang, dataset } = document.documentElement;
    if (!isShell) (await navigator.serviceWorker.ready).active.postMessage(`${lang}.${dataset.theme ?? ""}`);
  } catch { /* the browser wants none, or it is a bad moment: tried again with the next page */ }
}, SETTLED);

// Where one was, after another language was chosen; the field's name only.
const HERE = "nodus-call-at";
addEventListener("pagehide", () => sessionStorage.setItem(HERE, document.activeElement?.id ?? ""));
const before = sessionStorage.getItem(HERE);
sessionStorage.removeItem(HERE);
if (before && form.elements[before]) form.elements[before].focus();
else if (!$("[data-focus]")) guide.go(guide.next());

// What the buttons do.
function handOff(to) {
  saving.command(`/v1/drafts/${draft}/hand-offs`, { to }, {}, $(`#hand-${to} b`)?.textContent ?? to);
  waiting();
}
/** Hand-offs that the server has not heard of yet: seen all the same. */
function waiting() {
  for (const one of $$("#made .waiting")) one.remove();
  for (const { label } of saving.commands) if (label) $("#made").prepend(made("p", say("call_handing", { to: label, time: clock(new Date(), false) }), { className: "waiting" }));
}
const acts = {
  hand: handOff,
  step(told) {
    const [id, version, state] = told.split(":"), by = form.elements.accepted_by.value.trim();
    saving.command(`/v1/hand-offs/${id}/result`, { state, ...(state === "accepted" && by && { acceptedBy: by }) }, { "If-Match": `"${version}"` });
    form.elements.accepted_by.value = "";
  },
  skip() { saving.command(`/v1/drafts/${draft}/hand-offs`, { to: form.elements.skip_to.value, state: "not_made", reason: form.elements.skip_reason.value }); },
  save() { saving.flush(); },
  async park() { if (await saving.flush()) location.assign("/call?done=call_parked"); },
  async throw() {
    if (!await saving.flush()) return;
    try {
      await ask(`/v1/drafts/${draft}/abandonment`, { headers: { "If-Match": `"${saving.seen}"`, ...use() } });
    } catch { // a colleague saved just now, or the server is away: what there is now is shown, and thrown away by another press
      return void saving.refresh().catch(() => undefined).then(() => { $("#beside").textContent = say("call_not_thrown"); });
    }
    saving.over = true;
    location.assign("/call?done=call_thrown_away");
  },
  end,
};
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [what, ...which] = (event.submitter?.value || "save").split(":");
  acts[what]?.(which.join(":"));
});

/** Send, to whom the button named; when that changed since it was read, ask once. */
async function end(kind) {
  if (saving.send || saving.over) return;
  const known = read;
  $("#summary").hidden = true;
  saving.changed();
  try {
    const fresh = await live.ask(collect(form));
    read = fresh;
    if (kind === "report" && known?.receiver && fresh?.receiver && fresh.receiver !== known.receiver && !await agreed(known, fresh)) return;
  } catch (error) { if (!(error instanceof Away)) throw error; } // without a connection it is sent later, to whoever it is then
  saving.end(kind);
}
function agreed(before, fresh) {
  const dialog = $("#changed");
  $("#changed-told").textContent = say("call_changed", { name: fresh.name, before: before.name });
  $("#changed-send").textContent = say("call_send_to", { name: fresh.name });
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => { dialog.onclose = () => done(dialog.returnValue === "send"); });
}

// What is inside the parts that come from the server.
form.addEventListener("click", (event) => {
  const { municipality } = event.target.dataset;
  if (municipality) {
    $("#municipality").dataset.chosen = "yes";
    arrange();
    form.elements["place.stay.municipalityCode"].value = municipality;
    changed();
  }
  if (event.target.closest("#open-earlier")) live.open(collect(form)).catch(() => undefined);
});
form.addEventListener("change", (event) => {
  if (!event.target.dataset.joins) return;
  form.elements.joins.value = event.target.checked ? event.target.dataset.joins : "";
  changed();
});
$("#raise").addEventListener("click", raise);
function raise() {
  if (!live.now?.raised) return;
  $("#choose").open = true;
  for (const one of form.elements["urgency.chosen"]) one.checked = one.value === live.now.raised;
  changed();
}
function stamp() {
  const text = form.elements.observed, start = text.value && !text.value.endsWith("\n") ? "\n" : "";
  text.focus();
  text.setRangeText(`${start}${clock(new Date(), false)} `, text.value.length, text.value.length, "end");
  changed();
}
const to = (id) => () => { const one = $(`#${id}`); one.focus(); one.select?.(); };
const give = (answer) => () => guide.give(answer);
listen({
  yes: give("yes"), no: give("no"), unknown: give("unknown"),
  move: (by) => guide.move(by),
  advice: (n) => $(`#part-advice [data-n="${n}"]`)?.click(),
  hand: (n) => $(`#part-buttons [data-n="${n}"]`)?.click(),
  questions: () => guide.go(guide.next()),
  address: () => to(way() === "address" ? "place-stay-postcode" : "place-stay-description")(),
  observed: to("observed"), person: to("person-name"), caller: to("caller-relation"), stamp, raise,
  earlier: () => { $("#open-earlier")?.click(); },
  park: () => $('[value="park"]').click(),
  send: () => send.click(),
});
