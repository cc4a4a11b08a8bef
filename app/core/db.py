"""The database: one engine a process, PostgreSQL only."""

from urllib.parse import urlsplit, urlunsplit

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
        self.engine: AsyncEngine = create_async_engine(
            with_driver(url),
            isolation_level="AUTOCOMMIT",
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_reset_on_return=None,
            skip_autocommit_rollback=True,
            hide_parameters=True,  # an error's text goes to the log
        )
        event.listen(self.engine.sync_engine, "checkout", _must_live)
        self.bell = Bell(self.engine, url)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.bell.close()
        await self.engine.dispose()


def _must_live(_raw: object, entry: ConnectionPoolEntry, _pooled: object) -> None:
    """Renew the whole pool when one of its connections was ended by the server, which costs no question to find out."""
    if entry.driver_connection is None or entry.driver_connection.is_closed():
        raise InvalidatePoolError


def with_driver(url: str) -> str:
    """`postgresql://…` as SQLAlchemy wants it for asyncpg."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg"))
