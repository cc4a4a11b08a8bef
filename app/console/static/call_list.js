// The list of calls and the end of one: a new call by one key, and how long a report can still be taken back.
import { liked, pressed, shown } from "./call_liking.js";
import { now } from "./console.js";

const key = liked.get("new") ?? "N", letters = liked.get("letters") !== "", button = document.querySelector("#new-call button");
if (key) {
  button.setAttribute("aria-keyshortcuts", key);
  button.querySelector("kbd").textContent = shown(key);
}
button.querySelector("kbd").hidden = !key;
addEventListener("keydown", (event) => {
  const isPlain = !/^(Control|Alt|Meta)\+/.test(key);
  if (pressed(event) !== key || (isPlain && (!letters || event.target.matches("input, textarea, select")))) return;
  event.preventDefault();
  document.querySelector("#new-call").requestSubmit();
});

const withdraw = document.getElementById("withdraw");
if (withdraw) {
  const until = new Date(withdraw.dataset.until);
  const left = () => {
    const seconds = Math.ceil((until - now()) / 1000);
    if (seconds <= 0) return withdraw.remove();
    withdraw.querySelector("[data-left]").textContent = `(${seconds})`;
    return setTimeout(left, 250);
  };
  left();
}
