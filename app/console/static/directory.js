// A file for the directory: sent as it is, looked at, and sent once more to be carried out. The page keeps the file meanwhile.
import { say, token } from "./console.js";

const form = document.getElementById("import");
const report = document.getElementById("report");
let busy = false;

async function send(digest) {
  const [file] = form.elements.file.files;
  if (!file || busy) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  tell(say("dir_reading"));
  const asked = new URLSearchParams();
  for (const name of ["kind", "on", "ending"]) if (form.elements[name].value) asked.set(name, form.elements[name].value);
  if (form.elements.smaller.checked) asked.set("smaller", "yes");
  if (digest) asked.set("apply", digest);
  const headers = { "Content-Type": "application/octet-stream", "X-Page-Token": token, "X-Part": "report", "X-File-Name": encodeURIComponent(file.name) };
  try {
    const answer = await fetch(`/directory/imports?${asked}`, { method: "POST", headers, body: file });
    if (answer.headers.get("content-type")?.startsWith("text/html")) report.innerHTML = await answer.text();
    else tell(say(answer.status === 413 ? "dir_too_large" : answer.status === 401 ? "signed_out" : "dir_failed"), "bad");
    if (digest && answer.ok) await renew();
  } catch {
    tell(say("dir_failed"), "bad");
  }
  form.removeAttribute("aria-busy");
  busy = false;
  report.focus();
}

async function renew() {
  const answer = await fetch("/directory/imports/past", { headers: { "X-Part": "past" } });
  if (answer.ok) document.getElementById("past-rows").innerHTML = await answer.text();
}

function tell(text, kind = "") {
  const told = document.createElement("p");
  told.className = `notice ${kind}`;
  told.setAttribute("role", "status");
  told.textContent = text;
  report.replaceChildren(told);
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
report?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-apply]");
  if (button) send(button.dataset.apply);
});
// What was looked at is no longer what is chosen.
form?.addEventListener("input", () => report.querySelector("[data-apply]")?.setAttribute("disabled", ""));
