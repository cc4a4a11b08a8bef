// What follows from the call, asked of the server while one types, and put in place without touching what has focus.
import { ask } from "./call_net.js";
import { say } from "./console.js";
import { boxOf, controls, idOf, nested } from "./call_form.js";

const $ = (selector, root = document) => root.querySelector(selector);
const TYPED = "textarea, select, input:not([type=radio], [type=checkbox])";
const PAUSE = 120; // ms of rest in a text field before it is asked
const PAUSE_EARLIER = 400;

export class Live {
  constructor(form, hears) {
    Object.assign(this, { form, hears, asked: 0, faults: {}, refused: {}, now: null });
    form.addEventListener("focusout", () => setTimeout(() => this.showFaults()));
  }

  /** Ask soon: at once after a choice, after a rest while somebody types. */
  soon(fields, isTyped) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(fields).catch(() => undefined), isTyped ? PAUSE : 0);
  }

  /** What follows from these fields. An answer that comes too late is not shown: whoever waits for it gets the newer one. */
  ask(fields) {
    clearTimeout(this.timer);
    return this.newest = this.answer(fields, ++this.asked);
  }

  async answer(fields, turn) {
    const call = nested(this.form, fields);
    this.isBehind = true;
    const page = new DOMParser().parseFromString(await ask("/call/live", { body: call }), "text/html");
    if (turn !== this.asked) return this.newest;
    this.isBehind = false;
    const told = $("[data-follows]", page);
    for (const part of told.querySelectorAll("[data-part]")) put($(`#part-${part.dataset.part}`), part);
    this.faults = Object.fromEntries([...told.querySelectorAll("[data-faults] li")].map((one) => [one.dataset.field, one.textContent]));
    this.showFaults();
    const before = this.now;
    this.now = { ...told.dataset };
    order(this.now.urgency);
    if (before && (before.urgency !== this.now.urgency || before.receiver !== this.now.receiver)) {
      const urgency = $("#part-urgency b").textContent;
      $("#announced").textContent = say("call_now", { urgency, name: this.now.name || say("call_nobody") });
    }
    this.hears(this.now);
    this.lookForEarlier(call);
    return this.now;
  }

  /** Faults beside their fields, once these are left. */
  showFaults() {
    const all = { ...this.refused, ...this.faults };
    for (const box of this.form.querySelectorAll(".field-fault[id$='-fault']")) {
      const field = Object.keys(all).find((one) => `${idOf(one)}-fault` === box.id);
      const control = document.getElementById(box.id.slice(0, -"-fault".length)) ?? document.getElementById("urgency-reason");
      if (field && document.activeElement === control) continue;
      box.hidden = !field;
      box.textContent = field ? all[field] : "";
      control?.toggleAttribute("aria-invalid", Boolean(field));
      if (field) control?.setAttribute("aria-invalid", "true");
    }
  }

  /** As numbers and a trend only, once for each address, number or person. */
  lookForEarlier(call) {
    const { place: { stay = {}, residence = {} } = {}, person = {}, caller = {} } = call;
    const address = [stay, residence].some((one) => one.postcode && one.houseNumber) && !Object.keys(this.faults).some((one) => one.startsWith("place."));
    const named = person.name && person.birthDate;
    if (!address && !named && !person.phone && !caller.phone) return;
    const about = JSON.stringify([stay, residence, person.phone, caller.phone, named && [person.name, person.birthDate]]);
    if (about === this.about) return;
    this.about = about;
    clearTimeout(this.earlier);
    this.earlier = setTimeout(async () => {
      try {
        const page = new DOMParser().parseFromString(await ask("/call/earlier", { body: call }), "text/html");
        $("#earlier").replaceChildren(...page.body.childNodes);
      } catch { this.about = null; } // asked again with the next change
    }, PAUSE_EARLIER);
  }

  /** What was told in the earlier calls; who looks and why is logged by the server. */
  async open(fields) {
    const body = { call: nested(this.form, fields), need: $("#need").value };
    const page = new DOMParser().parseFromString(await ask("/call/opening", { body }), "text/html");
    $("#opened").replaceChildren(...page.body.childNodes);
  }
}

/** Put a new part where the old one is, unless somebody types in it; focus and what was unfolded stay. */
function put(there, part) {
  const here = document.activeElement;
  const isInside = there?.contains(here);
  if (!there || there.innerHTML === part.innerHTML || (isInside && here.matches(TYPED))) return;
  const open = [...there.querySelectorAll("details[open][id]")].map((one) => one.id);
  there.replaceChildren(...part.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (isInside) document.getElementById(here.id)?.focus();
}

/** Acute: first who is to be put through, then the place; else the questions first. */
function order(urgency) {
  const columns = $("#columns"), hands = $("#hand-offs"), isAcute = urgency === "acute";
  columns.dataset.urgency = urgency;
  const isFirst = columns.firstElementChild === hands;
  if (isAcute === isFirst || hands.contains(document.activeElement)) return;
  if (isAcute) columns.prepend(hands);
  else $(".right .route").after(hands);
}

/** Links to what stood in the way, on top; the focus goes there. */
export function summarise(form, problem, sentence) {
  const summary = $("#summary"), list = document.createElement("ul");
  for (const error of problem.errors ?? []) {
    const path = error.pointer.replace(/^\//, "").replaceAll("/", ".");
    const field = controls(form, path).length ? path : `place.stay.${path}`;
    const row = list.appendChild(document.createElement("li"));
    if (boxOf(form, field)) {
      const link = row.appendChild(document.createElement("a"));
      const control = controls(form, field)[0]; // nobody can go to what is switched off for whoever is anonymous
      const isOff = control.closest("#reached:disabled");
      link.href = isOff ? "#caller-anonymity-anonymous" : `#${control.id || idOf(field)}`;
      link.textContent = isOff ? say("call_reach") : boxOf(form, field).querySelector("label, legend")?.textContent ?? field;
    } else row.lang = problem.told, row.textContent = error.message;
  }
  if (!list.children.length) list.appendChild(Object.assign(document.createElement("li"), { lang: problem.told, textContent: problem.detail ?? problem.title }));
  summary.replaceChildren(Object.assign(document.createElement("p"), { textContent: sentence }), list);
  summary.hidden = false;
  summary.focus();
}
