// Keys. Letters and digits work outside text fields only, and can be switched off; with Alt they work everywhere: none is one that
// browsers (D, E, F; Firefox also V, S, B, T, H) or screen readers take.
import { say } from "./console.js";

const OFF = "nodus-letters-off"; // a liking, nothing personal
const typing = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");
const answers = () => ({ [say("call_key_yes")]: "yes", [say("call_key_no")]: "no", [say("call_key_unknown")]: "unknown" });
const letterOf = (event) => (/^[a-z0-9]$/i.test(event.key) ? event.key : event.code.replace(/^(Key|Digit)/, "")).toLowerCase();

/** `does`: what each Alt letter does; `guide`: the questions; `send`: what Ctrl+Enter does. */
export function listen({ does, guide, send, advise }) {
  const letters = document.getElementById("letters"), dialog = document.getElementById("keys"), help = document.getElementById("help");
  try { letters.checked = localStorage.getItem(OFF) === null; } catch { /* refused by the browser: on */ }
  letters.addEventListener("change", () => { try { if (letters.checked) localStorage.removeItem(OFF); else localStorage.setItem(OFF, ""); } catch { /* for this page only */ } });
  help.hidden = false;
  help.addEventListener("click", () => dialog.showModal());
  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    if (event.key === "Enter" && event.ctrlKey) return act(event, send);
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      const key = letterOf(event);
      return (does[key] || /^[1-8]$/.test(key)) && act(event, () => (does[key] ?? does.hand)(Number(key)));
    }
    const { target } = event;
    if (event.key === "Enter" && target.matches("#call input")) return act(event, () => undefined); // Enter in a field sends nothing
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target)) return undefined;
    if (event.key === "?") return act(event, () => dialog.showModal());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const isAsking = target === document.body || target.id === "main" || target.closest("#questions");
      return isAsking && act(event, () => guide.move(event.key === "ArrowDown" ? 1 : -1));
    }
    if (!letters.checked) return undefined;
    const answer = answers()[event.key.toLowerCase()];
    if (answer) return act(event, () => guide.give(answer));
    return /^[1-9]$/.test(event.key) ? act(event, () => advise(event.key)) : undefined;
  });
}

function act(event, what) {
  event.preventDefault();
  what();
}
