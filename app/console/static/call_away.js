// Without a network: the calls of which this browser keeps what the server does not have yet.
import { ours } from "./call_store.js";
import { whenBack } from "./call_back.js";
import { relative } from "./console.js";

const at = (id) => document.getElementById(id);
for (const one of document.querySelectorAll(".menu, .bar .language")) one.remove(); // these ask the server
const kept = await ours(at("away").dataset.idle * 1000);
if (kept) {
  const calls = new Map(kept.reverse().filter((one) => one.value.page).map((one) => [one.name.split("/")[0], one]));
  for (const [draft, { value, at: when }] of calls) {
    const row = at("kept").appendChild(document.createElement("li")), link = row.appendChild(document.createElement("a"));
    link.href = `/call/${draft}`;
    link.textContent = value.page.reference;
    row.append(document.createElement("span"));
    row.lastChild.textContent = relative(new Date(when)) ?? "";
  }
  at("kept-none").hidden = calls.size > 0;
} else at("kept-locked").hidden = false;
whenBack(() => location.reload());
