// A town or village that a caller names leads to its municipality, and is told with the place.
import { ask } from "./call_net.js";

const PAUSE = 120; // ms

/** `changed` is told when a town was chosen. */
export function towns(form, changed) {
  const typed = document.getElementById("town"), list = document.getElementById("towns");
  let timer, turn = 0;
  const chosen = () => [...list.options].find((one) => one.value.toLowerCase() === typed.value.trim().toLowerCase());
  function take() {
    const one = chosen();
    if (!one) return;
    const { code, town } = one.dataset, where = form.elements["place.stay.description"];
    form.elements["place.stay.municipalityCode"].value = code;
    if (!where.value.toLowerCase().includes(town.toLowerCase())) where.value = [where.value.trim(), town].filter(Boolean).join(", ");
    changed();
  }
  async function look() {
    const mine = ++turn, named = typed.value.trim();
    if (named.length < 2) return;
    const page = await ask("/call/towns", { body: { named } }).catch(() => "");
    if (mine !== turn) return;
    list.innerHTML = page;
    take();
  }
  document.getElementById("town-field").hidden = false;
  typed.addEventListener("input", (event) => {
    event.stopPropagation(); // it is no field of the call
    clearTimeout(timer);
    if (chosen()) take();
    else timer = setTimeout(look, PAUSE);
  });
  typed.addEventListener("change", (event) => { // left with one that is left: that is it
    event.stopPropagation();
    if (!chosen() && list.options.length === 1) typed.value = list.options[0].value;
    take();
  });
}
