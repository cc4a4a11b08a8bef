// What every page of the console does: times that stay true, forms that are sent once, menus that close.
export const words = JSON.parse(document.body.dataset.words || "{}");
export let token = document.querySelector('meta[name="page-token"]')?.content || "";
/** Whose page this is: the end of an account's id. */
export const whose = document.querySelector('meta[name="page-account"]')?.content || "";
/** Whether somebody else has signed in since: then nothing of this page is for them. */
export const isOthers = (answer) => answer.headers.has("X-Page-Account") && answer.headers.get("X-Page-Account") !== whose;
const skew = Date.parse(document.body.dataset.now || new Date().toISOString()) - Date.now();
const language = document.documentElement.lang;

/** The token of another session: whoever signed in again in another tab goes on here. */
export function renew(other) {
  if (!other || other === token) return;
  token = other;
  document.querySelector('meta[name="page-token"]').content = other;
  for (const field of document.querySelectorAll('input[name="page_token"]')) field.value = other;
}

/** This moment by the server's clock. */
export const now = () => new Date(Date.now() + skew);

/** A text of the page, with {name} filled in. */
export const say = (name, values = {}) => (words[name.replace(/^js_/, "")] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

const near = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });

/** "over 12 min", "2 uur geleden"; null when it is too far away to say it so. */
export function relative(moment) {
  const minutes = Math.round((moment - now()) / 60000);
  if (Math.abs(minutes) < 60) return near.format(minutes, "minute");
  return Math.abs(minutes) <= 720 ? near.format(Math.round(minutes / 60), "hour") : null;
}

function refresh() {
  for (const one of document.querySelectorAll("time[data-relative]")) {
    const said = relative(new Date(one.dateTime));
    if (said && said !== one.textContent) one.textContent = said;
  }
}
refresh();
setInterval(refresh, 15000);

// A second click sends nothing: the button is off until the answer is there, or until one comes back to the page.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}));

document.addEventListener("click", (event) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
  if (!menu.contains(event.target)) menu.open = false;
}));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.querySelector("[data-focus]")?.focus();
