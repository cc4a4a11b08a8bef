// Choose other keys in the dialog: another for each, or none; what is taken, here or by a browser, is told and not taken.
import { like, liked, pressed, shown } from "./call_liking.js";
import { say } from "./console.js";

// Menus and the address bar of Firefox, Chromium and Safari; what is with Ctrl is nearly all theirs.
const THEIRS = /^(Alt\+[BDEFHSTV]|Control\+(?!Enter$).*|.*Meta.*|Tab|Escape|Arrow.*|Home|End|Page.*|F\d+|Delete|Backspace|Insert|CapsLock|Enter| |.* )$/;
const ALONE = /^(Shift|Control|Alt|Meta|AltGraph|Dead|Unidentified|Process)$/;
const NUMBERS = { advice: /^[1-9]$/, hand: /^Alt\+[1-8]$/ };

export function edit(rows, keyOf, apply) {
  const fault = document.getElementById("keys-fault"), dialog = document.getElementById("keys");
  const tell = (text) => { fault.textContent = text; };
  const whatOf = (row) => row.querySelector("[data-what]").textContent;
  let changing = null;

  /** Who has a key already; the list of calls is another page. */
  const taken = (key, own) => rows.find((row) => {
    const { name } = row.dataset;
    return name !== own && (name === "new") === (own === "new") && keyOf(name) && (keyOf(name) === key || NUMBERS[name]?.test(key));
  });
  function refresh() {
    for (const row of rows) row.querySelector("[data-on]").checked = keyOf(row.dataset.name) !== "";
    document.getElementById("keys-usual").hidden = ![...liked.keys()].some((one) => one !== "letters");
    apply();
  }
  function stop() {
    changing?.setAttribute("aria-pressed", "false");
    changing = null;
  }
  dialog.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-change]");
    stop();
    if (!button) return;
    changing = button;
    button.setAttribute("aria-pressed", "true");
    tell(say("call_key_press", { what: whatOf(button.closest("[data-name]")) }));
  });
  dialog.addEventListener("focusout", stop);
  dialog.addEventListener("cancel", (event) => { if (changing) event.preventDefault(); });
  dialog.addEventListener("keydown", (event) => {
    if (!changing || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (ALONE.test(event.key)) return;
    const row = changing.closest("[data-name]"), { name, usual } = row.dataset, key = pressed(event);
    const other = taken(key, name);
    if (event.key === "Escape") tell("");
    else if (other) return void tell(say("call_key_taken", { key: shown(key), what: whatOf(other) }));
    else if (THEIRS.test(key) || /[:,;=]/.test(key)) return void tell(say("call_key_theirs", { key: shown(key) }));
    else {
      like(name, key === usual ? null : key);
      tell(say("call_key_changed", { key: shown(key), what: whatOf(row) }));
    }
    stop();
    refresh();
  }, true);
  dialog.addEventListener("change", ({ target }) => {
    if (!("on" in target.dataset)) return;
    const row = target.closest("[data-name]"), { name, usual } = row.dataset, other = target.checked && taken(usual, name);
    tell(other ? say("call_key_taken", { key: shown(usual), what: whatOf(other) }) : "");
    if (!other) like(name, target.checked ? null : "");
    refresh();
  });
  document.getElementById("keys-usual").addEventListener("click", () => {
    for (const name of [...liked.keys()]) if (name !== "letters") like(name, null);
    tell(say("call_key_usual"));
    refresh();
  });
  refresh();
}
