// Whether the server can be reached again.
const LOOK = 5000; // ms between two looks

export function whenBack(act) {
  const look = setInterval(async () => {
    const answer = await fetch("/readyz", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    clearInterval(look);
    act();
  }, LOOK);
}
