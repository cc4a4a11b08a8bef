// The page of a case: what is linked to unfolds, nothing typed is lost by sending, every organisation by name, the moment of printing.
import { isOthers, renew, say } from "./console.js";
import { refresh } from "./live.js";

const unfold = () => {
  const there = location.hash && document.getElementById(location.hash.slice(1)); // our ids need no percent
  if (!there) return;
  for (let up = there; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
  if (there.matches("details.do")) there.querySelector("form :is(select, textarea, input:not([type=hidden]), button)")?.focus();
};
addEventListener("hashchange", unfold);
document.addEventListener("click", (event) => {
  // The same link twice changes no hash, and should unfold all the same.
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link.getAttribute("href") === location.hash) setTimeout(unfold);
});
if (!document.querySelector("[data-focus]")) unfold();

document.addEventListener("toggle", (event) => {
  if (!event.target.open || !event.target.matches?.("details.do") || !event.isTrusted) return;
  if (event.target.contains(document.activeElement) && document.activeElement.tagName === "SUMMARY")
    event.target.querySelector("form :is(select, textarea, input:not([type=hidden]))")?.focus({ preventScroll: true });
}, true);

// A form is sent once it is known that the session goes on, and that no other text was begun: by then the page is another.
const begun = (form) => [...form.querySelectorAll("textarea")].some((one) => one.value.trim() && one.value !== one.defaultValue);
function tellAt(form, text, link) {
  form.querySelector(":scope > .field-fault")?.remove();
  const told = document.createElement("p");
  told.className = "field-fault";
  told.setAttribute("role", "alert");
  told.append(text, " ");
  if (link) told.append(link);
  form.querySelector(":scope > button").before(told);
}
document.addEventListener("submit", async (event) => {
  const form = event.target, by = event.submitter;
  if (form.method !== "post" || !form.closest(".paper") || form.dataset.known) return;
  event.preventDefault();
  const other = [...document.querySelectorAll(".paper form")].find((one) => one !== form && begun(one));
  if (other && !form.dataset.warned) {
    form.dataset.warned = "yes";
    const link = document.createElement("a");
    link.href = `#${other.parentElement.id}`;
    link.textContent = other.parentElement.querySelector("summary").textContent;
    return tellAt(form, say("case_begun"), link);
  }
  if (form.dataset.asking) return;
  form.dataset.asking = "yes";
  const answer = await fetch(document.getElementById("case-head").dataset.live, { headers: { "X-Part": "case-head" } }).catch(() => null);
  delete form.dataset.asking;
  if (!answer) return tellAt(form, say("case_lost"));
  if (answer.status === 401 || answer.redirected || isOthers(answer)) return refresh(); // it says so, and hides the case; what was typed stays
  renew(answer.headers.get("X-Page-Token"));
  form.dataset.known = "yes";
  const sent = `${performance.timeOrigin} ${form.parentElement.id}`;
  history.replaceState({ sent }, "");
  sessionStorage.caseSent = sent;
  form.requestSubmit(by);
}, true);

// The browser keeps what was typed for who goes back, also when that was sent and done: it is not to be sent twice.
if (new URLSearchParams(location.search).has("done") && sessionStorage.caseSent) {
  sessionStorage.caseDone = [sessionStorage.caseSent, ...(sessionStorage.caseDone || "").split("\n")].slice(0, 30).join("\n");
  sessionStorage.removeItem("caseSent");
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-known]")) delete form.dataset.known;
  const sent = history.state?.sent;
  if (sent && (sessionStorage.caseDone || "").split("\n").includes(sent))
    document.getElementById(sent.split(" ")[1])?.querySelector("form")?.reset();
});

let asked = false;
document.addEventListener("focusin", async (event) => {
  if (asked || !event.target.matches?.('input[list="case-organisations"]')) return;
  asked = true;
  const list = document.getElementById("case-organisations");
  try {
    const answer = await fetch(`/cases/organisations?near=${list.dataset.near}`, { headers: { "X-Part": "case-organisations" } });
    if (answer.ok) list.innerHTML = await answer.text();
  } catch {
    asked = false; // a name can be typed all the same
  }
});

// The sheet that was asked for by "print": Enter prints it.
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  print.focus();
}
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("[data-printed]"))
    one.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "medium", timeZone: "Europe/Amsterdam" }).format(new Date());
});
