// The wall: a low double tone on new acute trouble, only once somebody asked for it; and the map, refreshed once a minute.
import { say } from "./console.js";

const button = document.querySelector("[data-wall-sound]");
const acute = () => new Set((document.getElementById("wall-verdict").dataset.acute || "").split(" ").filter(Boolean));
let known = acute();
let audio = null;

/** Two soft sine tones, a fifth apart; nobody is startled, everybody looks up. */
function tone() {
  [523, 349].forEach((pitch, place) => {
    const at = audio.currentTime + place * 0.28;
    const source = audio.createOscillator(), volume = audio.createGain();
    source.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.25, at + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.26);
    source.connect(volume).connect(audio.destination);
    source.start(at);
    source.stop(at + 0.3);
  });
}

if (button && "AudioContext" in window) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    audio ??= new AudioContext();
    await (on ? audio.resume() : audio.suspend());
    button.setAttribute("aria-pressed", String(on));
    button.textContent = say(on ? "wall_sound_on" : "wall_sound_off");
    if (on) tone(); // so that one knows what to listen for
  });
}

document.getElementById("wall").addEventListener("renewed", () => {
  const found = acute();
  const fresh = [...found].some((key) => !known.has(key));
  known = found;
  if (fresh && button?.getAttribute("aria-pressed") === "true") tone();
});

// The map is large and changes slowly; it stays as it is while somebody reads in it.
const map = document.querySelector("[data-wall-map]");
setInterval(async () => {
  if (document.hidden || map.contains(document.activeElement) || map.querySelector("details[open]")) return;
  try {
    const answer = await fetch(map.dataset.wallMap, { headers: { "X-Part": map.id } });
    if (answer.ok) map.innerHTML = await answer.text();
  } catch { /* the wall itself says when the connection is away */ }
}, 60000);
