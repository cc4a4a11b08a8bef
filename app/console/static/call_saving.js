// Saves field by field: at once in this browser, within a second on the server; nobody's text is overwritten. Sending goes the same
// way: after all saves, once, however often it must be tried.
import { Away, Refused, ask, newId } from "./call_net.js";
import { collect, plain, same, show } from "./call_form.js";
import { forget, found, keep, take } from "./call_store.js";

const REST = 300; // ms of rest after a key before a save goes off
const LONGEST = 700; // ms that a save waits however one types
const [FIRST_WAIT, LONGEST_WAIT] = [1000, 15000];

export class Saving {
  /** `hears` is told by name: see call.js. */
  constructor(form, hears) {
    Object.assign(this, { form, hears, draft: form.dataset.draft, seen: Number(form.dataset.version), sequence: 0 });
    Object.assign(this, { pending: {}, inflight: null, commands: [], send: null, wait: FIRST_WAIT, over: false, open: new Map() });
    const { reference, protocol, since } = form.dataset;
    Object.assign(this, { known: collect(form), page: { reference, protocol, since } });
    this.ready = this.begin();
    this.ready.then(() => { if (!this.isClean) this.flush(); });
    addEventListener("online", () => this.flush());
    addEventListener("offline", () => this.lost());
    addEventListener("pagehide", () => this.leave());
  }

  get name() { return `${this.draft}/${this.screen}`; }
  get isClean() { return !this.inflight && !Object.keys(this.pending).length && !this.commands.length && !this.send; }

  /** Take up what a closed or crashed tab had not saved, under its own name, so that what did arrive counts once. */
  async begin() {
    for (const { name, value } of await found(this.draft).catch(() => [])) {
      if (!await take(name)) continue; // that tab lives
      if (this.screen) {
        this.pending = { ...Object.fromEntries(value.inflight?.changes ?? []), ...value.pending, ...this.pending };
        this.commands.push(...value.commands);
        forget(name);
        continue;
      }
      const { screen, sequence, seen, pending, inflight, commands, send } = value;
      Object.assign(this, { screen, sequence, seen, pending, inflight, commands, send });
    }
    if (!this.screen) {
      this.screen = newId();
      take(this.name);
    }
    for (const [field, value] of [...(this.inflight?.changes ?? []), ...Object.entries(this.pending)]) {
      if (field in this.known) show(this.form, field, this.known[field] = value);
    }
  }

  /** Something may have been typed: keep what differs, and save it soon. Returns all fields. */
  changed() {
    const fields = collect(this.form);
    let some = false;
    for (const [field, value] of Object.entries(fields)) {
      if (same(value, this.known[field])) continue;
      this.known[field] = value;
      if (this.open.has(field)) continue; // two differ: waits for a choice
      this.pending[field] = value;
      some = true;
    }
    if (some && !this.over) {
      this.keep();
      const now = performance.now();
      this.since ??= now;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), Math.max(0, Math.min(REST, this.since + LONGEST - now)));
      this.hears.state("saving");
    }
    return fields;
  }

  keep() {
    if (!this.screen) return this.ready.then(() => this.keep());
    const { screen, sequence, seen, pending, inflight, commands, send, known: fields, page } = this;
    return keep(this.name, { screen, sequence, seen, pending, inflight, commands, send, fields, page });
  }

  /** The server can't be reached: this page may have to be opened again without it. */
  lost() {
    if (this.over) return;
    this.isLost = true;
    this.keep();
  }

  /** A command of its own, such as a hand-off: done after what was saved, and once. */
  command(path, body, headers = {}, label = "") {
    this.commands.push({ path, body, label, headers: { ...headers, "Idempotency-Key": newId() } });
    this.keep();
    return this.flush();
  }

  /** End the call; pressing twice, or while it is on its way, sends nothing twice. */
  end(kind) {
    if (this.send || this.over) return undefined;
    this.send = { kind, key: newId(), version: null, use: this.hears.use() };
    this.pending.kind = kind;
    this.keep();
    return this.flush();
  }

  /** Whether all is on the server now. */
  flush() {
    return (this.busy ??= this.ready.then(() => this.work()).finally(() => { this.busy = null; if (!this.isClean && !this.retry && !this.over) this.flush(); }));
  }

  async work() {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.retry = null;
    try {
      while (!this.isClean && !this.over) await this.step();
    } catch (error) {
      if (!(error instanceof Away)) console.error(error); // a fault of ours: what was typed is kept, and tried again
      this.away ??= new Date();
      this.hears.state(this.send ? "queued" : "away", this.away);
      this.retry = setTimeout(() => this.flush(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
      return false;
    }
    Object.assign(this, { away: null, isLost: false, wait: FIRST_WAIT });
    if (this.screen) forget(this.name);
    this.hears.state("saved", new Date());
    return true;
  }

  async step() {
    if (!this.inflight && Object.keys(this.pending).length) {
      await this.pack();
    }
    if (this.inflight) await this.save();
    else if (this.commands.length) await this.carryOut();
    else if (this.send) await this.complete();
  }

  /** What is pending becomes one save, which keeps its number however often it goes off. */
  pack() {
    this.inflight = { sequence: ++this.sequence, seen: this.seen, changes: Object.entries(this.pending) };
    Object.assign(this, { pending: {}, since: null });
    return this.keep();
  }

  async put(keepalive = false) {
    const { sequence, seen, changes } = this.inflight;
    const body = { screen: this.screen, sequence, seen, changes: changes.map(([field, value]) => ({ field, value })) };
    this.heard(await ask(`/v1/drafts/${this.draft}`, { method: "PATCH", body, keepalive }));
    this.inflight = null;
  }

  async save() {
    const { changes } = this.inflight;
    try {
      await this.put();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.inflight = null;
      if (error.kind === "sequence-reused") {
        forget(this.name);
        Object.assign(this, { screen: newId(), sequence: 0, pending: { ...Object.fromEntries(changes), ...this.pending } });
      } else if (error.status === 400) this.leaveOut(error.problem, changes);
      else this.isOver();
    }
  }

  /** Fields that can't be saved are told beside them; the others are saved all the same. */
  leaveOut(problem, changes) {
    const places = (problem.errors ?? []).map((one) => Number(/^\/changes\/(\d+)/.exec(one.pointer)?.[1] ?? -1));
    const wrong = changes.filter((_, place) => places.includes(place)).map(([field]) => field);
    if (!wrong.length) return this.hears.refused(problem);
    this.hears.faults(Object.fromEntries(wrong.map((field, place) => [field, problem.errors[place].code])));
    this.pending = { ...Object.fromEntries(changes.filter(([field]) => !wrong.includes(field))), ...this.pending };
    if (this.send && wrong.length) this.send = null;
    return undefined;
  }

  heard(told) {
    this.seen = told.version;
    for (const { field, mine, theirs } of told.conflicts) this.differs(field, mine, theirs);
    for (const { field, value } of told.news) this.news(field, value);
    this.hears.others(told);
  }

  /** Another screen has this value now. It is shown, unless somebody types there: then both are, to choose from. */
  news(field, value) {
    if (!(field in this.known) || field in this.pending || this.open.has(field)) return;
    const theirs = plain(field, value);
    if (same(theirs, this.known[field])) return;
    const here = document.activeElement;
    if (here?.name === field && here.matches("textarea, input:not([type=radio], [type=checkbox])")) this.differs(field, this.known[field], theirs);
    else {
      show(this.form, field, this.known[field] = theirs);
      this.hears.news(field);
    }
  }

  differs(field, mine, theirs) {
    this.open.set(field, theirs);
    this.hears.conflict(field, mine, theirs);
  }

  /** One of two values, chosen by whoever saw both. */
  choose(field, isMine) {
    const theirs = this.open.get(field);
    this.open.delete(field);
    if (isMine) {
      this.pending[field] = this.known[field];
      this.hears.state("saving");
      this.keep();
      this.flush();
    } else {
      show(this.form, field, this.known[field] = plain(field, theirs));
    }
  }

  async carryOut() {
    const { path, body, headers } = this.commands[0];
    try {
      await ask(path, { body, headers });
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // what was said twice, or elsewhere: the list shows how it stands
    }
    this.commands.shift();
    this.keep();
    this.hears.made();
  }

  async complete() {
    this.send.version ??= this.seen;
    this.hears.state("sending");
    await this.keep();
    try {
      await ask(`/v1/drafts/${this.draft}/completion`, { headers: { "If-Match": `"${this.send.version}"`, "Idempotency-Key": this.send.key, ...this.send.use } });
      this.isOver(true);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.send = null;
      if (error.status === 412) {
        await this.refresh();
        this.hears.stale();
      } else if (error.status === 400) this.hears.refused(error.problem);
      else this.isOver();
    }
  }

  /** What others saved since, asked for: on coming back to this tab. */
  async refresh() {
    const told = await ask(`/v1/drafts/${this.draft}`, { method: "GET" });
    if (told.version <= this.seen) return;
    this.seen = told.version;
    for (const field of Object.keys(this.known)) this.news(field, field.split(".").reduce((inside, name) => inside?.[name], told.contents));
    this.hears.others({ heldBy: told.heldBy, screens: told.screens });
  }

  isOver(isSent = false) {
    Object.assign(this, { over: true, send: null, pending: {}, commands: [] });
    forget(this.name);
    if (isSent) this.hears.sent();
    else this.hears.ended();
  }

  /** The page goes: what is not saved yet goes along, and is in this browser too. */
  leave() {
    if (this.over || this.inflight || !this.screen || !Object.keys(this.pending).length) return;
    this.pack();
    this.put(true).then(() => forget(this.name), () => undefined);
  }
}
