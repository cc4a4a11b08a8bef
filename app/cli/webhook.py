"""`nodus webhook listen`: shows an organisation's events as they happen, and hands them to a receiver that is being built.

It follows the feed over HTTP as anybody may; a lost connection is taken up where it was.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn
from uuid import UUID

import httpx
import orjson
import typer

from app.cli.terminal import err, fail, out
from app.core import clock
from app.delivery.envelope import headers, is_wanted
from app.delivery.signature import new_secret, read_secret, shown

webhook_cli = typer.Typer(no_args_is_help=True, help="Webhooks: try them while you build a receiver.")
SILENT: Final = 45.0  # ⚙ seconds: three heartbeats that did not come
LONGEST_PAUSE: Final = 30.0  # ⚙ seconds
BEYOND: Final = 2**62  # no feed is that far; the refusal tells how far it is
PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})


@dataclass
class Listener:
    """Follows a feed for ever."""

    client: httpx.Client
    path: str
    last: int | None
    pause: float = 1.0
    failed: int = field(default=0)
    begun: bool = False

    def events(self) -> Iterator[bytes]:
        """The bytes of each event, in order, once."""
        while True:
            try:
                yield from self._until_lost()
            except httpx.TransportError as error:
                self._wait(type(error).__name__)
            else:
                self._wait("the stream ended")

    def _until_lost(self) -> Iterator[bytes]:
        if self.last is None:
            self.last = self._head()
        asked = {"Accept": "text/event-stream", "Last-Event-ID": str(self.last)}
        with self.client.stream("GET", self.path, headers=asked) as answer:
            if answer.status_code in PASSING:
                self.pause = float(answer.headers.get("retry-after", self.pause))
                return
            if answer.status_code != httpx.codes.OK:
                _refused(answer.read())
            self.failed = 0
            if not self.begun:
                err.print("Listening; Ctrl-C ends it.")
            self.begun = True
            for told in _messages(answer.iter_bytes()):
                if b"retry" in told:
                    self.pause = int(told[b"retry"]) / 1000
                if b"id" in told:
                    yield told[b"data"]
                    self.last = int(told[b"id"])

    def _head(self) -> int:
        answer = self.client.get(self.path, params={"after": BEYOND})
        problem = orjson.loads(answer.content)
        return int(problem["head"]) if "head" in problem else _refused(answer.content)

    def _wait(self, why: str) -> None:
        self.failed += 1
        seconds = min(self.pause * 2 ** (self.failed - 1), LONGEST_PAUSE)
        err.print(f"Lost ({why}); again in {seconds:.0f} s.", markup=False)
        time.sleep(seconds)


def _messages(chunks: Iterator[bytes]) -> Iterator[dict[bytes, bytes]]:
    """Server-sent events as their fields. Lines end with a line feed only: a text may hold any other separator."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n\n")
        for one in whole:
            pairs = (line.partition(b": ") for line in one.split(b"\n"))
            yield {name: value for name, found, value in pairs if found and name}


def _refused(body: bytes) -> NoReturn:
    try:
        fail(str(orjson.loads(body)["detail"]))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        fail("There is no Nodus at this address.")


@dataclass(frozen=True)
class Forward:
    """Hands events on, as the sender would."""

    url: str
    secret: bytes
    origin: str
    client: httpx.Client

    def post(self, event: Mapping[str, Any], body: bytes) -> str:
        """What the receiver said."""
        signed = headers([self.secret], UUID(event["id"]), int(clock.wall().timestamp()), body, origin=self.origin)
        started = time.monotonic()
        try:
            answer = self.client.post(self.url, content=body, headers=signed)
        except httpx.HTTPError as error:
            return f"→ {type(error).__name__}"
        return f"→ {answer.status_code} in {(time.monotonic() - started) * 1000:.0f} ms"


@webhook_cli.command("listen")
def listen(  # noqa: PLR0913  each is an option
    organisation: Annotated[UUID, typer.Argument(help="The organisation's id")],
    *,
    server: Annotated[str, typer.Option(help="Where Nodus is")] = "http://127.0.0.1:8000",
    key_file: Annotated[Path | None, typer.Option(help="A file with the API key; else NODUS_KEY of the environment")] = None,
    types: Annotated[list[str] | None, typer.Option(help="Only these types, or beginnings of types")] = None,
    after: Annotated[int | None, typer.Option(min=0, help="Begin after this number; else with what happens from now on")] = None,
    forward_to: Annotated[str | None, typer.Option(help="Post each event here, signed")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Events only, one a line")] = False,
) -> None:
    """Show events as they happen, until Ctrl-C; with --forward-to, post them to a receiver on your machine."""
    client = httpx.Client(
        base_url=server, headers={"Authorization": f"Bearer {_key(key_file)}"}, timeout=httpx.Timeout(10, read=SILENT)
    )
    forward = _forward(forward_to, server) if forward_to else None
    listener = Listener(client, f"/v1/organisations/{organisation}/events", after)
    try:
        for body in listener.events():
            _show(body, types or (), forward, as_json=as_json)
    except KeyboardInterrupt:
        err.print("Ended.")
    finally:
        client.close()


def _show(body: bytes, types: Sequence[str], forward: Forward | None, *, as_json: bool) -> None:
    event = orjson.loads(body)
    if not is_wanted(event["type"], types):
        return
    came = forward.post(event, body) if forward else ""
    if as_json:
        typer.echo(body)
        if came:
            err.print(came, markup=False)
        return
    data = " ".join(f"{name}={_brief(value)}" for name, value in event["data"].items())
    out.print(f"{event['time'][11:19]} {int(event['sequence'])} [bold]{event['type']}[/bold]", came, highlight=False)
    out.print(f"  {data}", markup=False, highlight=False, style="dim")


def _brief(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _key(file: Path | None) -> str:
    if file and not file.is_file():
        fail("There is no such file with a key.")
    key = file.read_text().strip() if file else os.environ.get("NODUS_KEY", "")
    return key or fail("Put the API key into a file (--key-file) or into NODUS_KEY; `nodus key create` makes one.")


def _forward(url: str, origin: str) -> Forward:
    given = os.environ.get("NODUS_WEBHOOK_SECRET")
    try:
        secret = read_secret(given) if given else new_secret()
    except ValueError as error:
        fail(f"NODUS_WEBHOOK_SECRET: {error}")
    if not given:
        err.print(f"Secret: {shown(secret)}", markup=False, soft_wrap=True)
    return Forward(url, secret, origin, httpx.Client(timeout=20))
