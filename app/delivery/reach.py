"""Where to connect for a URL that somebody else wished for: an address that was vetted, under the name it was asked by.

Names are looked up in threads of their own: the system's look-up blocks, and one that hangs for half a minute must not keep the
others waiting, nor the process from ending. What was found counts for some seconds, and is vetted every time all the same.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any, Final

from app.delivery.destination import Destination, destination, vetted

FRESH: Final = 10.0  # ⚙ seconds
STALE: Final = 600.0  # ⚙ seconds in which an older answer is used when none comes
PATIENCE: Final = 4.0  # ⚙ seconds
PATIENCE_WITH_OLD: Final = 1.0  # ⚙ seconds, when there is an older answer
AT_ONCE: Final = 128  # ⚙ threads
HANGING_AT_ONCE: Final = 64  # ⚙ of them for names that did not answer the last time
REMEMBERED: Final = 10_000

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Reached:
    """A URL whose host is the vetted address, with what tells the receiver which name was meant."""

    url: str
    host: str
    extensions: dict[str, Any]


class LookUps:
    """Looks names up, each once at a time."""

    def __init__(self, resolve: Resolve | None = None) -> None:
        """`resolve` gives the addresses of a host, or raises OSError; it may block. None: the system's."""
        self._resolve = resolve or _system
        self._known: dict[str, tuple[float, list[str]]] = {}
        self._asked: dict[str, asyncio.Future[list[str]]] = {}
        self._hanging: set[str] = set()

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host.

        Raises:
            OSError: there is none, or no answer in time.
        """
        found_at, known = self._known.get(host, (0.0, None))
        age = time.monotonic() - found_at
        if known and age < FRESH:
            return known
        old = known if known and age < STALE else None
        if asked := self._ask(host, port):
            await asyncio.wait({asked}, timeout=PATIENCE_WITH_OLD if old else PATIENCE)
            if asked.done() and not (old and _passing(asked.exception())):
                return asked.result()
            if not asked.done():
                self._hanging.add(host)
        if old:
            return old
        raise OSError("The look-up of the host's name takes too long.")

    def _ask(self, host: str, port: int) -> "asyncio.Future[list[str]] | None":
        """The look-up that is under way, or a new one; None: too many are."""
        if host in self._asked:
            return self._asked[host]
        if len(self._asked) >= (HANGING_AT_ONCE if host in self._hanging else AT_ONCE):
            return None
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[list[str]] = loop.create_future()
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # an answer that nobody waits for any more
        self._asked[host] = asked

        def look_up() -> None:
            try:
                found, error = self._resolve(host, port), None
            except OSError as refused:
                found, error = [], refused
            with suppress(RuntimeError):  # nobody is there any more
                loop.call_soon_threadsafe(self._found, host, found, error)

        Thread(target=look_up, name="nodus-dns", daemon=True).start()
        return asked

    def _found(self, host: str, found: list[str], error: OSError | None) -> None:
        asked = self._asked.pop(host)
        self._hanging.discard(host)
        if error:
            asked.set_exception(error)
            return
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[host] = (time.monotonic(), found)
        asked.set_result(found)


async def reach(url: str, *, private_allowed: bool, look_ups: LookUps | None = None) -> Reached:
    """Resolve and vet; connecting to anything else than the answer says would let a name change its mind in between.

    Raises:
        DestinationRefused: it is a URL, or leads to an address, that we don't call.
        OSError: the name can't be resolved.
    """
    where = destination(url, private_allowed=private_allowed)
    found = await (look_ups or LookUps()).addresses(where.host, where.port)
    return _reached(where, vetted(found, private_allowed=private_allowed))


def _reached(where: Destination, address: str) -> Reached:
    host = f"[{address}]" if ":" in address else address
    named = f"[{where.host}]" if ":" in where.host else where.host
    return Reached(
        f"{where.scheme}://{host}:{where.port}{where.path}",
        named if where.port == (443 if where.scheme == "https" else 80) else f"{named}:{where.port}",
        {"sni_hostname": where.host},
    )


def _passing(error: BaseException | None) -> bool:
    """Whether the name server is in trouble, not the name."""
    return isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN


def _system(host: str, port: int) -> list[str]:
    try:
        return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError as error:
        raise OSError("The host is not a name that DNS knows.") from error
