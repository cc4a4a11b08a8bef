"""How far every feed is, in memory: an empty poll costs no question, and whoever waits is woken.

The number in memory is never ahead of what is committed, since it is rung after the commit; when a ring is lost it is behind
for a second at most. So it may say "nothing new" a moment too long, and never skips an event.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core.actor import GATE
from app.core.db import Database
from app.core.errors import TooMany, Unauthenticated
from app.core.work import begin
from app.delivery import queries
from app.delivery.service import feed
from app.delivery.service.feed import Events
from app.identity import service as identity

LOOK_EVERY: Final = 1.0
OPEN_A_KEY: Final = 2  # ⚙ long polls and streams together, in one process
TOGETHER: Final = 100  # ⚙ feeds that are read by one statement
ANYBODY: Final = UUID(int=0)  # whoever waits for news of any recipient waits under this one
A_WAKING: Final = 20  # ⚙ events that one who waited gets at once; for more he asks again

log = structlog.get_logger(__name__)


class Heads:
    """The numbers of the last and of the oldest event of each recipient."""

    def __init__(self, database: Database) -> None:
        """Knows nothing until `keep_up` runs."""
        self._database = database
        self.woken = Woken(database)
        self._heads: dict[UUID, int] = {}
        self._oldest: dict[UUID, int] = {}
        self._waiting: defaultdict[UUID, set[asyncio.Future[None]]] = defaultdict(set)
        self._open: Counter[UUID] = Counter()
        self._loaded = False
        self.is_ending = False
        self.noted = 0  # how often any feed went on

    def head(self, recipient: UUID) -> int | None:
        """The last number of a recipient; None when it is not known yet."""
        return self._heads.get(recipient, 0) if self._loaded else None

    def nothing_after(self, recipient: UUID, after: int) -> Events | None:
        """The empty part of a feed after its last event; None when there may be something, or none can tell."""
        if self.head(recipient) != after:
            return None
        return Events(after, (), after, self._oldest.get(recipient, 1))

    @property
    def taken(self) -> int:
        """How many places are taken, by all keys."""
        return self._open.total()

    @contextmanager
    def place(self, key: UUID, most: int = OPEN_A_KEY) -> Iterator[None]:
        """Room for one who waits or streams.

        Raises:
            TooMany: this key has `most` open already.
        """
        if self._open[key] >= most:
            raise TooMany(
                f"This key has {most} long polls or streams open already. Close one, or poll without waiting.", retry_after=5
            )
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]

    async def news(self, recipient: UUID, after: int, seconds: float, gone: Awaitable[None] | None = None) -> None:
        """Return when there is something after `after`, when the time is over, or when `gone` is. No connection is held."""
        async with self._listening(recipient) as woken, _until(gone, woken):
            if (self.head(recipient) or 0) <= after and not self.is_ending:
                await asyncio.wait((woken,), timeout=seconds)

    async def news_of_any(self, after: int, seconds: float) -> None:
        """Return when anything at all was noted after `noted` was `after`, or when the time is over."""
        async with self._listening(ANYBODY) as woken:
            if self.noted == after and not self.is_ending:
                await asyncio.wait((woken,), timeout=seconds)

    @asynccontextmanager
    async def _listening(self, recipient: UUID) -> AsyncIterator[asyncio.Future[None]]:
        woken = asyncio.get_running_loop().create_future()
        self._waiting[recipient].add(woken)
        try:
            yield woken
        finally:
            self._waiting[recipient].discard(woken)
            if not self._waiting[recipient]:
                del self._waiting[recipient]

    def let_go(self) -> None:
        """Answer everybody who waits, now and from now on: this process is ending, and they ask another."""
        self.is_ending = True
        for waiting in self._waiting.values():
            for woken in waiting:
                _wake(woken)

    async def keep_up(self) -> None:
        """Listen, and look once a second, until cancelled."""
        stop = self._database.bell.on_ring(self._hear)
        try:
            while True:
                try:
                    await self._look()
                except (SQLAlchemyError, OSError) as error:
                    log.warning("heads.unavailable", error=type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)
        finally:
            stop()

    async def _look(self) -> None:
        known = dict(self._heads)
        async with begin(self._database, GATE) as work:
            rows = await work.rows(queries.HEADS)
        last = {UUID(int=row["recipient_id"].int): row["last"] for row in rows}
        self._heads |= {
            one: last.get(one, 0) for one, number in known.items() if last.get(one, 0) < number
        }  # a backup was restored
        for row in rows:
            recipient = UUID(int=row["recipient_id"].int)
            self._oldest[recipient] = row["oldest"]
            self._note(recipient, row["last"])
        self._loaded = True

    def _hear(self, name: str) -> None:
        kind, _, rest = name.partition(":")
        if kind == "event":
            recipient, _, number = rest.partition(":")
            self._note(UUID(recipient), int(number))

    def _note(self, recipient: UUID, number: int) -> None:
        if number > self._heads.get(recipient, 0):
            self._heads[recipient] = number
            self.noted += 1
            for woken in (*self._waiting.get(recipient, ()), *self._waiting.get(ANYBODY, ())):
                _wake(woken)


@dataclass(slots=True)
class _Asked:
    """What some wait for, and their keys; answered with the events and those of the keys that still hold."""

    answer: "asyncio.Future[tuple[Events, frozenset[UUID]]]"
    keys: set[UUID]


class Woken:
    """Reads for those who are woken at the same moment, by one statement: a thousand of their own would take seconds.

    One alone is read at once; who comes meanwhile is read with the others after it.
    """

    def __init__(self, database: Database) -> None:
        """Nobody asks yet."""
        self._database = database
        self._asked: dict[tuple[UUID, int], _Asked] = {}
        self._reading: asyncio.Task[None] | None = None

    async def read(self, recipient: UUID, after: int, key: UUID, limit: int = A_WAKING) -> Events:
        """The next few events of a recipient after a number, `limit` at most, for a key that may have waited for long.

        Raises:
            Unauthenticated: the key was revoked meanwhile, or has expired.
            CursorAhead, CursorExpired: as `service.feed.events`.
        """
        asked = self._asked.get((recipient, after))
        if asked is None:
            asked = self._asked[recipient, after] = _Asked(asyncio.get_running_loop().create_future(), set())
        asked.keys.add(key)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_all())
        found, live = await asyncio.shield(asked.answer)  # others wait for it too, whoever is cancelled
        if key not in live:
            raise Unauthenticated("This token has expired or was revoked. Make a new one with `nodus key create`.")
        return replace(feed.checked(found), bodies=found.bodies[:limit])

    async def _read_all(self) -> None:
        while self._asked:
            batch = dict(islice(self._asked.items(), TOGETHER))
            self._asked = dict(islice(self._asked.items(), TOGETHER, None))
            try:
                async with begin(self._database, GATE) as work:
                    live = await identity.live(work, set().union(*(asked.keys for asked in batch.values())))
                    found = await feed.woken(work, list(batch), A_WAKING)
            except Exception as error:  # noqa: BLE001  each of them answers it as its own
                for asked in batch.values():
                    asked.answer.set_exception(error)
                    asked.answer.exception()  # told, even if nobody waits for it any more
            else:
                for asked, part in zip(batch.values(), found, strict=True):
                    asked.answer.set_result((part, live))


def _wake(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)


@asynccontextmanager
async def _until(gone: Awaitable[None] | None, woken: "asyncio.Future[None]") -> AsyncIterator[None]:
    """Whoever hung up waits no longer: his place is free for the poll with which he comes back."""
    if gone is None:
        yield
        return
    watching = asyncio.ensure_future(gone)
    watching.add_done_callback(lambda _: _wake(woken))
    try:
        yield
    finally:
        watching.cancel()
