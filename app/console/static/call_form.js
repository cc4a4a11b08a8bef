// The form of a call as the fields of the API; what is switched off counts as empty.
const LISTS = new Set(["observations", "advice.given"]);
const NOT_FIELDS = new Set(["page_token", "version", "do", "accepted_by", "skip_to", "skip_reason"]);
const DAY = "feedbackBy", TIME = "callbackBy"; // a day, and a time, on the page; moments in a call
const amsterdam = new Intl.DateTimeFormat("sv", { timeZone: "Europe/Amsterdam", dateStyle: "short", timeStyle: "short" });
const local = (moment) => amsterdam.format(new Date(moment)).replace(" ", "T");
/** The moment of a time in the Netherlands; in the hour that comes twice a year the first of them. */
function momentOf(told) {
  const [as, summer] = [new Date(`${told}Z`), new Date(`${told}+02:00`)];
  return Number.isNaN(as.getTime()) ? null : (local(summer) === told.slice(0, 16) ? summer : new Date(`${told}+01:00`)).toISOString();
}
export const idOf = (field) => field.replaceAll(".", "-");
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export const controls = (form, field) => [...form.elements].filter((one) => one.name === field);
const isField = (control) => control.name && control.tagName !== "BUTTON" && !control.name.startsWith("_") && !NOT_FIELDS.has(control.name);

/** Every field with its value; null: empty. */
export function collect(form) {
  const found = {};
  for (const control of form.elements) {
    if (!isField(control)) continue;
    const { name, type } = control;
    const counts = !control.matches(":disabled") && (!["radio", "checkbox"].includes(type) || control.checked);
    const value = counts ? control.value.trim() || null : null;
    if (LISTS.has(name)) (found[name] ??= []).push(...(counts ? [value] : []));
    else if (type === "checkbox") found[name] = counts || null;
    else if (name === DAY) found[name] = value && momentOf(`${value}T17:00`);
    else if (name === TIME) found[name] = value && momentOf(value);
    else found[name] = found[name] ?? value;
  }
  const { "urgency.chosen": chosen, "urgency.reason": reason, ...fields } = found;
  return { ...fields, urgency: chosen ? { chosen, ...(reason && { reason }) } : null };
}

/** The same, nested as the API wants a call. */
export function nested(form, fields) {
  const call = { protocol: form.dataset.protocol };
  for (const [field, value] of Object.entries(fields)) {
    if (value === null || (Array.isArray(value) && !value.length)) continue;
    const names = field.split(".");
    const last = names.pop();
    names.reduce((inside, name) => (inside[name] ??= {}), call)[last] = value;
  }
  return call;
}

/** A value of the API as `collect` has it. */
export function plain(field, value) {
  if (LISTS.has(field)) return value ?? [];
  if ((field === DAY || field === TIME) && value) return new Date(value).toISOString();
  return value === false || value === "unknown" && field === "person.ageBand" ? null : value ?? null;
}

/** Show a value in its controls. */
export function show(form, field, value) {
  if (field === "urgency") {
    for (const one of controls(form, "urgency.chosen")) one.checked = one.value === (value?.chosen ?? "");
    form.elements["urgency.reason"].value = value?.reason ?? "";
    return;
  }
  for (const one of controls(form, field)) {
    if (LISTS.has(field)) one.checked = value.includes(one.value);
    else if (one.type === "radio") one.checked = one.value === value;
    else if (one.type === "checkbox") one.checked = Boolean(value);
    else if (field === DAY) one.value = value ? local(value).slice(0, 10) : "";
    else if (field === TIME) one.value = value ? local(value) : "";
    else one.value = value ?? "";
  }
}

/** The element that holds a field, to mark it or say something beside it. */
export function boxOf(form, field) {
  const control = controls(form, field === "urgency" ? "urgency.reason" : field)[0];
  return control?.closest(".q, .field, .chips, .seg") ?? null;
}

/** A value as people read it: the words of the chosen, or what was typed. */
export function told(form, field, value) {
  return [value?.chosen ?? value].flat().filter(Boolean).map((one) => {
    const control = controls(form, field).find((other) => other.options || (["radio", "checkbox"].includes(other.type) && other.value === one));
    const words = control?.options ? [...control.options].find((other) => other.value === one) : control?.closest("label");
    return words?.textContent.trim() ?? String(one);
  }).join(", ");
}
