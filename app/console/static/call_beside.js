// A colleague who has the same call open is seen at once, and what they save comes when they rest.
import { Away, ask } from "./call_net.js";
import { follow } from "./stream.js";

const EVERY = 25000; // ms between two times that this screen says it is here
const REST = 1500; // ms after a save, before others are told to look

/** `hears` is told who else is here, in words. */
export function beside(saving, hears) {
  const path = `/call/${saving.draft}/beside`;
  let timer, company = false, asked = false, busy = null;
  const say = (version, keepalive = false) => ask(path, { body: { screen: saving.screen, version }, keepalive });
  async function here() {
    clearTimeout(timer);
    if (saving.over) return;
    await saving.ready;
    try {
      const { told, version } = await say(saving.seen), hasLeft = company && !told;
      company = Boolean(told);
      if (saving.isLost) saving.flush();
      hears(told);
      if ((version > saving.seen || hasLeft) && saving.isClean && !document.hidden) await saving.refresh();
    } catch (error) {
      if (error.kind === "draft-ended") saving.isOver(); // sent, or thrown away
      else if (error instanceof Away) saving.lost();
      hears(""); // nobody knows
    }
    timer = setTimeout(look, EVERY);
  }
  /** One time after the other, and once more when something was said meanwhile. */
  function look() {
    asked = true;
    busy ??= (async () => { while (asked) { asked = false; await here(); } })().finally(() => { busy = null; });
  }
  follow("/live", (call) => { if (call === saving.draft) look(); });
  addEventListener("pagehide", () => { if (saving.screen) say(0, true).catch(() => undefined); });
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  look();
  return { saved() { if (!company) return; clearTimeout(timer); timer = setTimeout(look, REST); } };
}
