// The week by keys, and the panel of a shift beside it. Without this file everything is a link, and the panel a page.
const words = JSON.parse(document.body.dataset.words || "{}");
const grid = document.querySelector("[data-grid] .grid");
const panel = document.querySelector("[data-panel]");

// Turns by two buttons each, beside their numbers: up and down, and focus goes along. Only who has a number moves.
const turns = document.querySelector("[data-turns]");
const numbered = () => [...turns.querySelectorAll("li")].filter((line) => line.querySelector("input").value.trim());
function move(line, by) {
  const order = numbered();
  const place = order.indexOf(line);
  const other = order[place + by];
  if (place < 0 || !other) return;
  if (by < 0) other.before(line); else other.after(line);
  numbered().forEach((one, at) => { one.querySelector("input").value = at + 1; });
  line.scrollIntoView({ block: "nearest" });
}
turns?.querySelectorAll("li").forEach((line) => {
  if (line.closest("fieldset:disabled")) return;
  for (const [by, sign, word] of [[-1, "↑", words.rosters_earlier], [1, "↓", words.rosters_later]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "move";
    button.textContent = sign;
    button.setAttribute("aria-label", `${word}: ${line.querySelector("label").textContent}`);
    button.addEventListener("click", () => { move(line, by); button.focus(); });
    line.append(button);
  }
});
// Who has no number is not sent: an organisation may have more participants than a form has fields.
const empty = (off) => turns?.querySelectorAll("input").forEach((field) => { field.disabled = off && !field.value.trim(); });
if (turns && !turns.closest("fieldset:disabled")) {
  turns.closest("form").addEventListener("submit", () => empty(true));
  addEventListener("pageshow", () => empty(false));
}

// One stop for Tab in the whole grid; arrows go on from there, by time within a row and to the nearest time in the next.
const rows = [...(grid?.tBodies[0].rows ?? [])].map((row) => [...row.querySelectorAll("a[data-cell]")]).filter((row) => row.length);
let here = grid?.querySelector("[aria-current]") ?? rows[0]?.[0];
rows.flat().forEach((cell) => { cell.tabIndex = cell === here ? 0 : -1; });

const middle = (cell) => { const box = cell.getBoundingClientRect(); return box.left + box.width / 2; };

function go(cell) {
  if (!cell) return;
  here.tabIndex = -1;
  here = cell;
  here.tabIndex = 0;
  here.focus();
}

function nearest(row, x) {
  return row?.reduce((best, cell) => (Math.abs(middle(cell) - x) < Math.abs(middle(best) - x) ? cell : best));
}

grid?.addEventListener("focusin", (event) => {
  const cell = event.target.closest("a[data-cell]");
  if (!cell || cell === here) return;
  here.tabIndex = -1;
  here = cell;
  here.tabIndex = 0;
});

grid?.addEventListener("keydown", (event) => {
  const cell = event.target.closest("a[data-cell]");
  if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const place = rows.findIndex((row) => row.includes(cell));
  const row = rows[place];
  const week = { PageUp: "[data-before]", PageDown: "[data-after]" }[event.key];
  if (week) {
    event.preventDefault();
    document.querySelector(week).click();
    return;
  }
  const next = {
    ArrowRight: () => row[row.indexOf(cell) + 1],
    ArrowLeft: () => row[row.indexOf(cell) - 1],
    ArrowDown: () => nearest(rows[place + 1], middle(cell)),
    ArrowUp: () => nearest(rows[place - 1], middle(cell)),
    Home: () => row[0],
    End: () => row.at(-1),
  }[event.key];
  if (!next) return;
  event.preventDefault();
  go(next());
});

// A shift opens beside the week. When that does not succeed, the link is followed as it stands.
document.querySelector("[data-grid]")?.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-cell]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { headers: { "X-Part": "panel" } });
    if (!answer.ok || answer.redirected) throw new Error("no panel");
    const close = document.createElement("button");
    close.className = "panel-close";
    close.textContent = words.rosters_closed;
    close.addEventListener("click", () => panel.close());
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.replaceChildren(close, ...told.body.childNodes);
    panel.showModal();
  } catch {
    location.assign(link.href);
  }
});
panel?.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
