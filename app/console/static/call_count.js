// How many keys and corrections a call took, told once, when it ends: it is counted by version of the screen, never by person. Keys that
// type a text are no burden of the screen, and don't count.
const TYPED = "textarea, select, input:not([type=radio], [type=checkbox])";

/** `use()`: what to tell. It goes on after a reload. */
export function counting(form) {
  const name = `nodus-use-${form.dataset.draft}`, settled = new Map();
  let { keys = 0, corrections = 0 } = JSON.parse(sessionStorage.getItem(name) ?? "{}");
  const valueOf = (control) => (["checkbox", "radio"].includes(control.type) && !control.checked ? "" : control.value.trim());
  const noteAll = () => { for (const one of form.elements) if (one.name && one.type !== "radio" || one.checked) settled.set(one.type === "radio" ? one.name : one, valueOf(one)); };
  noteAll();
  addEventListener("keydown", ({ key, altKey, ctrlKey, repeat, target }) => {
    const isText = key.length === 1 && !altKey && !ctrlKey && target.matches?.(TYPED);
    if (!repeat && !isText && !["Alt", "Control", "Shift", "Meta", "AltGraph", "Backspace", "Delete"].includes(key)) keys += 1;
  }, true);
  form.addEventListener("change", ({ target }) => {
    const one = target.type === "radio" ? target.name : target, before = settled.get(one), now = valueOf(target);
    if (before && before !== now) corrections += 1;
    settled.set(one, now);
  });
  addEventListener("pagehide", () => sessionStorage.setItem(name, JSON.stringify({ keys, corrections })));
  return () => ({ "X-Screen-Use": `v=${form.dataset.screen}; keys=${Math.min(keys, 99999)}; corrections=${Math.min(corrections, 99999)}` });
}
