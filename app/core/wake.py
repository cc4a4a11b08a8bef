"""The doorbell: after a commit, whoever waits for the change is woken, in every process.

NOTIFY takes one lock for the whole cluster at commit, so it never rides in the transaction that matters: it is sent after
it, and rings of the same ten milliseconds go out as one. A lost ring costs a moment, never an event: everybody who listens
also looks by himself from time to time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

CHANNEL: Final = "nodus"
COALESCE_SECONDS: Final = 0.01
RECONNECT_SECONDS: Final = 1.0
PAYLOAD_LIMIT: Final = 7000
RING: Final = text("SELECT pg_notify('nodus', :rings)")

log = structlog.get_logger(__name__)


class Bell:
    """Rings for, and listens to, short strings such as `event:<recipient>:<number>`."""

    def __init__(self, engine: AsyncEngine, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        """A silent bell; `listen` makes it hear, by a connection of its own that `connect` makes."""
        self._engine, self._connect = engine, connect
        self._pending: dict[str, None] = {}
        self._ringing: asyncio.Task[None] | None = None
        self._hearers: list[Callable[[str], None]] = []
        self.connected = asyncio.Event()

    def ring(self, names: Iterable[str]) -> None:
        """Wake everyone who waits for one of `names`; returns at once, rings within ten milliseconds."""
        self._pending.update(dict.fromkeys(names))
        if self._pending and (self._ringing is None or self._ringing.done()):
            self._ringing = asyncio.create_task(self._ring_soon())

    def on_ring(self, hear: Callable[[str], None]) -> Callable[[], None]:
        """Call `hear` with each name that rings anywhere; the answer is how to stop."""
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear)

    async def _ring_soon(self) -> None:
        while self._pending:
            batch: list[str] = []
            size = 0
            while self._pending and size < PAYLOAD_LIMIT:
                name = next(iter(self._pending))
                del self._pending[name]
                batch.append(name)
                size += len(name) + 1
            try:
                async with self._engine.connect() as connection:
                    await connection.execute(RING, {"rings": "\n".join(batch)})
            except Exception:  # noqa: BLE001  a lost ring is made good by the next look
                log.warning("bell.ring_failed", rings=len(batch))
            if size < PAYLOAD_LIMIT:  # what did not fit has waited already
                await asyncio.sleep(COALESCE_SECONDS)

    async def listen(self) -> None:
        """Hear rings until cancelled; reconnects by itself. One connection a process, outside the pool."""
        while True:
            try:
                connection = await self._connect()
                try:
                    await self._hear_until_lost(connection)
                finally:  # cut off, not asked to end: that also holds when we are cancelled, and nobody waits for it
                    self.connected.clear()
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("bell.connection_lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear_until_lost(self, connection: asyncpg.Connection) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(CHANNEL, self._hear)
        self.connected.set()
        await lost.wait()

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for name in str(payload).split("\n"):
            for hear in tuple(self._hearers):
                hear(name)

    async def close(self) -> None:
        """Ring what is still to be rung, then be silent."""
        if self._ringing:
            with suppress(asyncio.CancelledError):
                await self._ringing
