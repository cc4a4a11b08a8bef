// One stream of news for all tabs of a browser: it allows six connections to a server. Whoever holds the lock listens, and tells the others.
const AGAIN = 8000;

/** Hear of news: `heard("")`, or of a call at which somebody came, went or saved: `heard(id)`. */
export function follow(name, heard) {
  const others = "BroadcastChannel" in self ? new BroadcastChannel(name) : null;
  const tell = (call = "") => {
    others?.postMessage(call || "news");
    heard(call);
  };
  function listen() {
    const source = new EventSource(name);
    for (const kind of ["open", "news", "signed-out"]) source.addEventListener(kind, () => tell());
    source.addEventListener("beside", (event) => tell(event.data));
    source.addEventListener("error", () => {
      tell();
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN);
    });
  }
  if (others) others.onmessage = ({ data }) => heard(data === "news" ? "" : data);
  if (navigator.locks && others) navigator.locks.request(name, () => new Promise(listen));
  else listen();
}
