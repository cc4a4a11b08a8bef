// The page of a case: what is linked to unfolds, every organisation by name when one is typed, the moment of printing.
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
