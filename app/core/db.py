"""The database: one engine a process, PostgreSQL only."""

import asyncio
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakSet

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.settings import Settings
from app.core.wake import Bell


class Database:
    """A pool of connections, the settings that shape what is stored, and the doorbell that wakes the others.

    Connections are in autocommit on purpose: `core.work.begin` opens and ends each transaction itself, so that opening it
    and taking the right role is one round trip.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        """Connect lazily to `url` (`postgresql://…`)."""
        self.url = url
        self.settings = settings
        self._made: WeakSet[asyncpg.Connection] = WeakSet()
        self._connecting: set[asyncio.Task[asyncpg.Connection]] = set()
        self.engine: AsyncEngine = create_async_engine(
            with_driver(url),
            async_creator=self._connect,
            isolation_level="AUTOCOMMIT",
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_use_lifo=True,
            pool_reset_on_return=None,
            skip_autocommit_rollback=True,
            hide_parameters=True,  # an error's text goes to the log
        )
        event.listen(self.engine.sync_engine, "checkout", _must_live)
        self.bell = Bell(self.engine, self._connect)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.bell.close()
        await self.engine.dispose()
        if self._connecting:
            await asyncio.wait(self._connecting, timeout=5)
        for connection in tuple(self._made):
            if not connection.is_closed():
                connection.terminate()

    async def _connect(self) -> asyncpg.Connection:
        """Connect to the end, whoever is cancelled meanwhile: what is cut off half made stays open for ever."""
        connecting = asyncio.create_task(asyncpg.connect(self.url))
        self._connecting.add(connecting)
        connecting.add_done_callback(self._connected)
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            connecting.add_done_callback(_unwanted)
            raise

    def _connected(self, connecting: "asyncio.Task[asyncpg.Connection]") -> None:
        self._connecting.discard(connecting)
        if not connecting.cancelled() and connecting.exception() is None:
            self._made.add(connecting.result())


def _unwanted(connected: "asyncio.Task[asyncpg.Connection]") -> None:
    if not connected.cancelled() and connected.exception() is None:
        connected.result().terminate()


def _must_live(_raw: object, entry: ConnectionPoolEntry, _pooled: object) -> None:
    """Renew the whole pool when one of its connections was ended by the server, which costs no question to find out."""
    if entry.driver_connection is None or entry.driver_connection.is_closed():
        raise InvalidatePoolError


def with_driver(url: str) -> str:
    """`postgresql://…` as SQLAlchemy wants it for asyncpg."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg"))
