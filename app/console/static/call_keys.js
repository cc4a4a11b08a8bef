// Keys. Those without Alt or Ctrl work outside text fields only, and can be switched off together; each can be another, or off. Which
// there are is told by the rows of the dialog.
import { like, liked, pressed, shown } from "./call_liking.js";

const typing = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");
const $ = (selector, root = document) => root.querySelector(selector);
const dialog = $("#keys"), rows = [...dialog.querySelectorAll("[data-name]")];
const usual = new Map(rows.map((row) => [row.dataset.name, row.dataset.usual]));
const keyOf = (name) => liked.get(name) ?? usual.get(name) ?? "";
const isOn = (name) => keyOf(name) !== "";
const SEVERAL = { hand: (n) => `Alt+${n}`, advice: (n) => n };

/** What stands on the page of a key follows it: on its button, and for a screen reader. */
function apply(root) {
  for (const one of root.querySelectorAll("kbd[data-key]")) {
    const key = keyOf(one.dataset.key);
    one.hidden = !key;
    if (!one.dataset.n) one.textContent = shown(key);
  }
  for (const one of root.querySelectorAll("[data-keyed]")) {
    const { keyed, n } = one.dataset, key = n && isOn(keyed) ? SEVERAL[keyed](n) : keyOf(keyed);
    if (key) one.setAttribute("aria-keyshortcuts", key);
    else one.removeAttribute("aria-keyshortcuts");
  }
}

/** `does`: what each key does, by its name. */
export function listen(does) {
  const letters = $("#letters"), help = $("#help");
  let remap;
  letters.checked = liked.get("letters") !== "";
  letters.addEventListener("change", () => like("letters", letters.checked ? null : ""));
  help.hidden = false;
  const open = async () => {
    dialog.showModal();
    remap ??= import("./call_remap.js").then(({ edit }) => edit(rows, keyOf, () => apply(document))).catch(() => { remap = null; });
  };
  help.addEventListener("click", open);
  if (liked.size) apply(document);
  // What comes from the server later has the usual keys on it.
  new MutationObserver((changes) => { if (liked.size) for (const { target } of changes) apply(target); }).observe($("#columns"), { childList: true, subtree: true });
  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing) return undefined;
    const { target } = event, key = pressed(event), isPlain = !/^(Control|Alt|Meta)\+/.test(key);
    if (key === "Enter" && target.matches("#call input")) return act(event, () => undefined); // Enter in a field sends nothing
    if (isPlain && typing(target)) return undefined;
    if (key === "ArrowDown" || key === "ArrowUp") {
      const isAsking = target === document.body || target.id === "main" || target.closest("#questions");
      return isOn("move") && isAsking && act(event, () => does.move(key === "ArrowDown" ? 1 : -1));
    }
    const name = [...usual.keys()].find((one) => keyOf(one) === key && one !== "new");
    if (isPlain && !letters.checked && name !== "help") return undefined;
    if (name) return act(event, name === "help" ? open : does[name]);
    const [, several, n] = /^(Alt\+)?([1-9])$/.exec(key) ?? [];
    const group = several ? "hand" : "advice";
    return n && isOn(group) && act(event, () => does[group](n));
  });
}

function act(event, what) {
  event.preventDefault();
  what();
}
