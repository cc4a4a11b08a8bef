"""The database: one engine a process, PostgreSQL only."""

from urllib.parse import urlsplit, urlunsplit

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

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
        self.bell = Bell(self.engine, url)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.bell.close()
        await self.engine.dispose()


def with_driver(url: str) -> str:
    """`postgresql://…` as SQLAlchemy wants it for asyncpg."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg"))
