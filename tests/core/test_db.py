"""The pool: whatever happened to those who used it, closing it leaves nothing open."""

import asyncio
import time
from contextlib import suppress

import asyncpg
import pytest

from app.core.actor import GATE
from app.core.db import Database
from app.core.health import REVISION
from app.core.work import begin
from tests.conftest import running, settings_for

SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def _use(database: Database) -> None:
    async with begin(database, GATE) as work:
        await work.one(REVISION)


async def _left(watcher: asyncpg.Connection) -> int:
    """How many sessions stay, when those that are ending have had their time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while await watcher.fetchval(SESSIONS):
                await asyncio.sleep(0.005)
    return int(await watcher.fetchval(SESSIONS))


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
        if await _left(watcher):
            left.append(milliseconds)
            await watcher.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    await watcher.close()
    assert left == []


async def test_closing_leaves_no_connection_of_a_bell_that_was_about_to_hear(fresh_url: str) -> None:
    """A service that is told to end while it begins: after so many turns of the loop, nothing keeps it."""
    left = []
    watcher = await asyncpg.connect(fresh_url)
    for turns in range(20, 60):
        database = Database(fresh_url, settings_for(fresh_url))
        hearing = asyncio.create_task(database.bell.listen())
        for _ in range(turns):
            await asyncio.sleep(0)
        hearing.cancel()
        await database.close()
        left.append(await _left(watcher))
    await watcher.close()
    assert not any(left), left


async def _fail_while_running(url: str) -> None:
    async with running(settings_for(url)) as app:
        async with asyncio.timeout(10):
            await app.state.database.bell.connected.wait()
        raise ZeroDivisionError


async def test_an_application_that_fails_leaves_no_connection(fresh_url: str) -> None:
    """Whatever ends it, it lets go: a test that failed once kept its whole run from ending."""
    watcher = await asyncpg.connect(fresh_url)
    with pytest.raises(ZeroDivisionError):
        await _fail_while_running(fresh_url)
    assert await _left(watcher) == 0
    await watcher.close()
