// The guide: one current question, which opens with the sentence to say; answered by one key, and on to the next.
import { say } from "./console.js";


export class Questions {
  constructor(form) {
    this.form = form;
    this.all = [...form.querySelectorAll(".q")];
    for (const one of this.all) one.tabIndex = -1;
    form.addEventListener("focusin", (event) => {
      const one = event.target.closest(".q");
      if (one) this.mark(one);
    });
    this.refresh();
    this.mark(this.next());
  }

  answer(one) { return one.querySelector("input:checked")?.value ?? null; }
  get asked() { return this.all.filter((one) => !one.hidden); }
  get open() { return this.asked.filter((one) => !this.answer(one)); }
  get openSafety() { return this.open.filter((one) => one.closest(".safety")); }

  /** The first that is open after one, else the first that is open at all. */
  next(after = null) {
    const place = this.all.indexOf(after);
    return this.open.find((one) => this.all.indexOf(one) > place) ?? this.open[0] ?? after ?? this.all[0];
  }

  mark(current) {
    this.current = current;
    for (const one of this.all) one.toggleAttribute("data-current", one === current);
  }

  go(one) {
    this.mark(one);
    one.focus({ preventScroll: true });
    one.scrollIntoView({ block: "nearest" });
  }

  move(by) {
    const asked = this.asked;
    this.go(asked[(asked.indexOf(this.current) + by + asked.length) % asked.length]);
  }

  /** Answer the current one; true when it has such an answer. */
  give(value) {
    const radio = this.current.querySelector(`input[value="${value}"]`);
    if (!radio) return false;
    const { current } = this;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    this.go(this.next(current));
    return true;
  }

  /** Which are asked now, in which languages, and what is still to ask. */
  refresh() {
    const answers = Object.fromEntries(this.all.map((one) => [one.id.slice(2), this.answer(one)]));
    for (const one of this.all) {
      const conditions = (one.dataset.when ?? "").split(";").filter(Boolean).map((told) => told.split("="));
      one.hidden = !this.answer(one) && !conditions.every(([question, counting]) => counting.split(",").includes(answers[question]));
    }
    const spoken = [document.documentElement.lang, this.form.elements["caller.language"].value];
    for (const one of this.form.querySelectorAll("[data-say]")) one.hidden = !spoken.includes(one.dataset.say);
    const left = this.openSafety;
    const link = document.querySelector("#safety a");
    link.textContent = left.length ? say("call_safety_left", { n: left.length }) : say("call_safety_done");
    link.href = `#${(left[0] ?? this.all[0])?.id ?? "questions"}`;
    document.getElementById("safety").classList.toggle("done", !left.length);
    document.getElementById("progress").textContent = say("call_progress", { n: this.asked.length - this.open.length, all: this.asked.length });
    this.tell();
  }

  tell() {
    const todo = document.getElementById("todo"), { form } = this;
    const links = this.open.slice(0, 2).map((one) => [one.id, one.querySelector(".asks").textContent]);
    const rest = this.open.length - links.length;
    if (!form.elements["place.stay.postcode"].value && !form.elements["place.stay.municipalityCode"].value) links.push(["place-stay-postcode", say("call_todo_place")]);
    if (!form.elements.observed.value.trim()) links.push(["observed", say("call_todo_observed")]);
    if (!links.length) return void (todo.textContent = say("call_todo_none"));
    const told = links.map(([id, text]) => Object.assign(document.createElement("a"), { href: `#${id}`, textContent: text }));
    todo.replaceChildren(say("call_todo"), " ", ...told.flatMap((one) => [one, " · "]).slice(0, -1), rest ? ` ${say("call_todo_more", { n: rest })}` : "");
    return undefined;
  }
}

