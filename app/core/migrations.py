"""The structure of the database: bring it up to date, and tell where it is."""

import asyncio
from functools import cache
from importlib.resources import files
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

ROLES = ("nodus_gate", "nodus_app", "nodus_worker")
BY_MONTH = ("call", "event", "access_log", "webhook_attempt")
MONTHS_AHEAD = 24


def _config(url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(str(files("migrations")))))
    config.attributes["url"] = url
    return config


@cache
def head() -> str | None:
    """The structure that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to a structure; two at once wait for each other.

    At the head it also has tables for the coming two years of what is kept by month: running it once a year is enough.
    """
    command.upgrade(_config(url), revision)
    if revision == "head":
        asyncio.run(_make_months(url))


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an earlier structure; data that it has no place for is lost."""
    command.downgrade(_config(url), revision)


async def _make_months(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for table in BY_MONTH:
                await connection.execute("CALL ensure_partitions($1, current_date, $2)", table, MONTHS_AHEAD)
    finally:
        await connection.close()


def grant_login(url: str, login: str, password: str | None = None) -> None:
    """Let `login` take the three roles of the service, and nothing else; it is made when there is none.

    Args:
        url: the superuser, or the owner of the roles.
        login: the name of the service's login.
        password: its password; left as it is when None.
    """

    async def grant() -> None:
        connection = await asyncpg.connect(url)
        try:
            name = await connection.fetchval("SELECT quote_ident($1)", login)
            if not await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", login):
                await connection.execute(f"CREATE ROLE {name} LOGIN NOINHERIT")
            if password:
                quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
                await connection.execute(f"ALTER ROLE {name} PASSWORD {quoted}")
            await connection.execute(f"GRANT {', '.join(ROLES)} TO {name} WITH INHERIT FALSE, SET TRUE")
        finally:
            await connection.close()

    asyncio.run(grant())
