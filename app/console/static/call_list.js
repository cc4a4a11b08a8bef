// The list of calls and the end of one: a new call by one key, and how long a report can still be taken back.
import { now } from "./console.js";

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
  let off = null;
  try { off = localStorage.getItem("nodus-letters-off"); } catch { /* refused by the browser */ }
  if (event.key.toLowerCase() === "n" && off === null) document.querySelector("#new-call").requestSubmit();
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
