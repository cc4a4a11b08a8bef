// A call's page that was opened without a network: empty as it came, filled with what this browser kept of the call.
import { show } from "./call_form.js";
import { ours } from "./call_store.js";
import { whenBack } from "./call_back.js";

/** Fill the page; it goes no further when there is nothing to fill it with, or when nobody may see it. */
export async function reopen(form) {
  const at = (id) => document.getElementById(id), draft = location.pathname.split("/")[2];
  for (const one of document.querySelectorAll(".menu:not(.up), .bar .language")) one.remove(); // these ask the server
  const kept = await ours(form.dataset.shell * 1000), newest = kept?.find(({ name }) => name.startsWith(`${draft}/`));
  if (!newest?.value.fields) {
    at(kept ? "shell-none" : "shell-locked").hidden = false;
    for (const one of [form, ...document.querySelectorAll(".call-foot, .call-strip")]) one.hidden = true;
    whenBack(() => location.reload());
    return new Promise(() => {});
  }
  const { fields, seen, page } = newest.value;
  Object.assign(form.dataset, page, { draft, version: seen });
  for (const [field, value] of Object.entries(fields)) show(form, field, value);
  const { "place.stay.hectometrePost": post, "place.stay.description": street, "place.stay.postcode": postcode } = fields;
  show(form, "_way", post ? "public" : street && !postcode ? "street" : "address"); // what belongs to another way is off, and empty
  at("timer").dataset.since = page.since;
  for (const one of document.querySelectorAll(".what .soft")) one.textContent = page.reference;
  document.title = document.title.replace(" · ", ` ${page.reference} · `);
  at("shell-told").hidden = false;
  for (const id of ["part-urgency", "part-route", "part-place", "part-receiver"]) at(id).replaceChildren(at("shell-unknown").content.cloneNode(true));
  return undefined;
}
