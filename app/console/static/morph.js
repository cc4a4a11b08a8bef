// Makes the contents of an element as they are elsewhere, and leaves alone what its reader is busy with.
// Elements with an id stay the same elements, wherever they go; what has focus is never moved, nor taken away and put back.
const FIELDS = "input:not([type=hidden], [type=submit], [type=button]), textarea, select";
// What the reader, and not the server, decides on.
const KEPT = { DETAILS: ["open"], DIALOG: ["open"], INPUT: ["checked"], OPTION: ["selected"] };

/** Give `old` the contents of `fresh`. `hold(old, fresh)`: whether this is a list that keeps its rows where they are, for now. */
export function morph(old, fresh, hold = () => false) {
  const held = hold(old, fresh);
  const known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
  const wanted = new Set([...fresh.children].map((one) => one.id));
  let at = old.firstChild;
  for (const want of [...fresh.childNodes]) {
    let have = want.id ? known.get(want.id) : undefined;
    if (held) {
      if (have) renewed(have, want, hold);
      continue;
    }
    // Space between elements is no reason to make them anew: a click that has begun on one would be lost.
    while (!have && isSpace(at) && !isText(want)) at = without(at);
    if (!have && at && !want.id && !at.id && at.nodeName === want.nodeName) have = at;
    if (!have) {
      old.insertBefore(want, at);
      continue;
    }
    if (have !== at) at = toItsPlace(old, have, at);
    at = at.nextSibling;
    renewed(have, want, hold);
  }
  if (held) {
    for (const [id, one] of known) if (!wanted.has(id)) one.dataset.gone = "";
    return;
  }
  while (at) at = without(at);
}

const isText = (one) => one?.nodeType === Node.TEXT_NODE;
const isSpace = (one) => isText(one) && !one.data.trim();
function without(one) {
  const next = one.nextSibling;
  one.remove();
  return next;
}

/** `have` is where `at` was. When it has focus, all others go behind it: to be moved would take its focus away. */
function toItsPlace(old, have, at) {
  if (!have.contains(document.activeElement)) old.insertBefore(have, at);
  else while (at !== have) {
    const next = at.nextSibling;
    old.append(at);
    at = next;
  }
  return have;
}

function renewed(have, want, hold) {
  if (have.nodeType !== Node.ELEMENT_NODE) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    return;
  }
  // A form on its way stays as it was sent; a field that has focus is being filled in.
  if (have.dataset.sent || "keep" in have.dataset || (have === document.activeElement && have.matches(FIELDS))) return;
  if (have.isEqualNode(want)) return;
  const kept = KEPT[have.nodeName] || [];
  for (const { name, value } of want.attributes) {
    if (!kept.includes(name) && have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
  for (const { name } of [...have.attributes]) {
    if (!kept.includes(name) && !want.hasAttribute(name)) have.removeAttribute(name);
  }
  // Options that come and go would choose anew; a text that was changed by its reader is no longer its contents.
  if (have.nodeName === "SELECT" && have.innerHTML === want.innerHTML) return;
  morph(have, want, hold);
}
