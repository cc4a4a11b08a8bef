"""How far every feed is, in memory: an empty poll costs no question, and whoever waits is woken.

The number in memory is never ahead of what is committed, since it is rung after the commit; when a ring is lost it is behind
for a second at most. So it may say "nothing new" a moment too long, and never skips an event.
"""

import asyncio
from collections import Counter, defaultdict
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core.actor import GATE
from app.core.db import Database
from app.core.errors import TooMany
from app.core.work import begin
from app.delivery import queries

LOOK_EVERY: Final = 1.0
WAITS_A_KEY: Final = 2

log = structlog.get_logger(__name__)


class Heads:
    """The number of the last event of each recipient."""

    def __init__(self, database: Database) -> None:
        """Knows nothing until `keep_up` runs."""
        self._database = database
        self._heads: dict[UUID, int] = {}
        self._waiting: defaultdict[UUID, set[asyncio.Future[None]]] = defaultdict(set)
        self._open_waits: Counter[UUID] = Counter()
        self._loaded = False
        self._ending = False

    def head(self, recipient: UUID) -> int | None:
        """The last number of a recipient; None when it is not known yet."""
        return self._heads.get(recipient, 0) if self._loaded else None

    async def wait(self, recipient: UUID, after: int, seconds: float, key: UUID) -> None:
        """Return when there is something after `after`, or when the time is over. No database connection is held.

        Raises:
            TooMany: this key has two waits open already.
        """
        if self._open_waits[key] >= WAITS_A_KEY:
            raise TooMany("This key has two long polls open already. Close one, or poll without wait.", retry_after=5)
        self._open_waits[key] += 1
        woken = asyncio.get_running_loop().create_future()
        self._waiting[recipient].add(woken)
        try:
            async with asyncio.timeout(seconds):
                if (self.head(recipient) or 0) <= after and not self._ending:
                    await woken
        except TimeoutError:
            pass
        finally:
            self._waiting[recipient].discard(woken)
            if not self._waiting[recipient]:
                del self._waiting[recipient]
            self._open_waits[key] -= 1

    def let_go(self) -> None:
        """Answer everybody who waits, now and from now on: this process is ending, and they ask another."""
        self._ending = True
        for waiting in self._waiting.values():
            for woken in waiting:
                if not woken.done():
                    woken.set_result(None)

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
        async with begin(self._database, GATE) as work:
            rows = await work.rows(queries.HEADS)
        for row in rows:
            self._note(UUID(int=row["recipient_id"].int), row["last"])
        self._loaded = True

    def _hear(self, name: str) -> None:
        kind, _, rest = name.partition(":")
        if kind == "event":
            recipient, _, number = rest.partition(":")
            self._note(UUID(recipient), int(number))

    def _note(self, recipient: UUID, number: int) -> None:
        if number > self._heads.get(recipient, 0):
            self._heads[recipient] = number
            for woken in self._waiting.get(recipient, ()):
                if not woken.done():
                    woken.set_result(None)
