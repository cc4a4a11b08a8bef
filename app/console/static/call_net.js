// Asks the server. It may be away, or refuse; when the session is over one signs in over the page, and it is asked once more.
import { known, whose } from "./call_store.js";
import { say, token as first } from "./console.js";

const SLOWEST = 20000;
const language = document.documentElement.lang; // what stands in the way is told in the language of the page
const AFTER_TYPING = 800; // ms: a dialog that opens under somebody's fingers would swallow what they type
let token = first;
let signingIn = null, lastKey = 0;
addEventListener("keydown", () => { lastKey = performance.now(); }, true);
const at = (id) => document.getElementById(id);

export class Away extends Error {}
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.title || String(status));
    this.status = status;
    this.problem = problem;
    this.kind = String(problem.type || "").split("/").pop();
  }
}

export const newId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

/** The answer: JSON, or text where a part of a page was asked for. */
export async function ask(path, { method = "POST", body, headers = {}, keepalive = false } = {}) {
  for (let tried = 0; ; tried += 1) {
    const answer = await fetch(path, {
      method, keepalive, cache: "no-store", signal: keepalive ? undefined : AbortSignal.timeout(SLOWEST),
      headers: { "Content-Type": "application/json", "Accept-Language": language, "X-Page-Token": token, "X-Part": "call", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch(() => { throw new Away(); });
    const isJson = (answer.headers.get("content-type") || "").includes("json");
    if (answer.ok || answer.status === 401) known(answer.ok);
    if (answer.ok) return isJson && answer.status !== 204 ? answer.json() : answer.text();
    if (answer.status === 401) await signInAgain();
    else if (answer.status === 403 && tried === 0 && await renewed()) continue; // signed in anew in another window
    else if (answer.status >= 500 || answer.status === 429) throw new Away();
    else throw new Refused(answer.status, { told: answer.headers.get("content-language") || "en", ...(isJson ? await answer.json() : { title: await answer.text() }) });
  }
}

/**
 * The token of the session that this browser has now; false when it has none. Somebody else's is none to go on with: they see nothing of
 * what was typed, and it stays kept for whoever may open the call.
 */
async function renewed(answer) {
  const page = answer ?? await fetch("/account", { cache: "no-store" }).catch(() => { throw new Away(); });
  if (!page.ok || new URL(page.url).pathname !== "/account") return false;
  const there = new DOMParser().parseFromString(await page.text(), "text/html"), mine = await whose().catch(() => "");
  const told = (name) => there.querySelector(`meta[name="${name}"]`)?.content;
  if (mine && told("page-account") !== mine) {
    location.replace("/home");
    return new Promise(() => {});
  }
  token = told("page-token") || token;
  return true;
}

/** Until somebody has signed in, what was typed is hidden, and kept. */
function signInAgain() {
  signingIn ??= new Promise((done) => {
    const dialog = at("again"), fault = at("again-fault");
    const failed = (name) => { fault.textContent = say(name); fault.hidden = false; };
    const over = () => {
      document.body.classList.remove("veiled");
      for (const form of dialog.querySelectorAll("form")) { form.reset(); form.onsubmit = null; }
      dialog.close();
      signingIn = null;
      done();
    };
    const send = async (event, path) => {
      event.preventDefault();
      fault.hidden = true;
      const sent = new URLSearchParams([...new FormData(event.target), ["next", "/account"]]);
      try {
        const answer = await fetch(path, { method: "POST", body: sent });
        const needsCode = answer.ok && new URL(answer.url).pathname === "/sign-in/code";
        at("again-form").hidden = needsCode;
        at("again-code").hidden = !needsCode;
        if (needsCode) at("again-code-field").focus();
        else if (await renewed(answer)) over();
        else failed("call_wrong");
      } catch { failed("call_not_yet"); }
    };
    dialog.oncancel = (event) => event.preventDefault();
    at("again-form").onsubmit = (event) => send(event, "/sign-in");
    at("again-code").onsubmit = (event) => send(event, "/sign-in/code");
    at("again-check").onclick = async () => { if (await renewed().catch(() => false)) over(); else failed("call_not_yet"); };
    const open = () => {
      if (performance.now() - lastKey < AFTER_TYPING) return setTimeout(open, AFTER_TYPING / 4);
      document.body.classList.add("veiled");
      for (const other of document.querySelectorAll("dialog[open]")) other.close();
      dialog.showModal();
      return at("again-password").focus();
    };
    open();
  });
  return signingIn;
}
