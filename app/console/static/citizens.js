// The draft of a report, kept in this browser and nowhere else: saved while typing, put back after a closed tab, gone once sent.
const NAME = "nodus-melden";
const KEPT_FOR = 24 * 60 * 60 * 1000; // ⚙ a day: somebody else may use this computer tomorrow
const NOT_KEPT = new Set(["ticket", "homepage"]);

const store = (() => {
  try {
    localStorage.setItem(`${NAME}-try`, "1");
    localStorage.removeItem(`${NAME}-try`);
    return localStorage;
  } catch {
    return null; // refused by the browser's settings: the form works without
  }
})();
const form = document.querySelector("form[data-draft]");

if (document.querySelector("[data-sent]")) store?.removeItem(NAME);
document.getElementById("summary")?.focus();
if (form) guardAgainstTwoClicks(form);
if (form && store) keepDraft(form);

function guardAgainstTwoClicks(sending) {
  let sent = false;
  sending.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
}

function keepDraft(typed) {
  const told = typed.querySelector(".draft");
  const said = typed.querySelector("[data-said]");
  told.hidden = false;
  if (!("told" in typed.dataset) && restore(typed)) said.textContent = said.dataset.restored;
  typed.addEventListener("input", () => { save(typed); said.textContent = ""; });
  typed.querySelector("[data-wipe]").addEventListener("click", () => {
    store.removeItem(NAME);
    for (const field of typed.elements) {
      if (field.type === "radio") field.checked = false;
      else if (field.name && field.name !== "ticket") field.value = "";
    }
    said.textContent = said.dataset.wiped;
  });
}

function save(typed) {
  const fields = [...new FormData(typed)].filter(([name, value]) => value && !NOT_KEPT.has(name));
  try {
    store.setItem(NAME, JSON.stringify({ at: Date.now(), fields }));
  } catch { /* full: what stands in the form still stands there */ }
}

function restore(typed) {
  let draft;
  try {
    draft = JSON.parse(store.getItem(NAME));
  } catch { /* not ours */ }
  if (!Array.isArray(draft?.fields) || !(Date.now() - draft.at < KEPT_FOR)) {
    store.removeItem(NAME);
    return false;
  }
  for (const [name, value] of draft.fields) {
    const field = typed.elements.namedItem(name);
    if (field && !NOT_KEPT.has(name)) field.value = value;
  }
  for (const folded of typed.querySelectorAll("details")) {
    folded.open ||= [...folded.querySelectorAll("select, textarea")].some((field) => field.value);
  }
  return draft.fields.length > 0;
}
