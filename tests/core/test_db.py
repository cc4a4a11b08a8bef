"""The pool: whatever happened to those who used it, closing it leaves nothing open."""

import asyncio
import time
from contextlib import suppress

import asyncpg

from app.core.actor import GATE
from app.core.db import Database
from app.core.health import REVISION
from app.core.work import begin
from tests.conftest import settings_for

SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def _use(database: Database) -> None:
    async with begin(database, GATE) as work:
        await work.one(REVISION)


async def test_closing_leaves_no_connection_of_one_who_was_cancelled_while_connecting(fresh_url: str) -> None:
    """Cancelled ever later on the way: a connection left open would keep the loop, and so the process, from ending."""
    left = []
    watcher = await asyncpg.connect(fresh_url)
    for milliseconds in range(0, 30, 2):
        database = Database(fresh_url, settings_for(fresh_url))
        using = asyncio.create_task(_use(database))
        until = time.monotonic() + milliseconds / 1000
        while time.monotonic() < until:
            await asyncio.sleep(0)
        using.cancel()
        with suppress(asyncio.CancelledError):
            await using
        await database.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while await watcher.fetchval(SESSIONS):
                    await asyncio.sleep(0.005)
        if await watcher.fetchval(SESSIONS):
            left.append(milliseconds)
            await watcher.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    await watcher.close()
    assert left == []
