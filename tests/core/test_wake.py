"""The doorbell: heard by everyone, and silent without a trace when its listener ends."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from app.core.db import Database

SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
async def watcher(fresh_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that counts the others."""
    connection = await asyncpg.connect(fresh_url)
    yield connection
    await connection.close()


async def _gone(watcher: asyncpg.Connection) -> int:
    """How many other sessions are left, once those that are ending have had two seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(2):
            while await watcher.fetchval(SESSIONS):
                await asyncio.sleep(0.01)
    return int(await watcher.fetchval(SESSIONS))


async def test_a_listener_that_ends_leaves_no_connection(fresh_database: Database, watcher: asyncpg.Connection) -> None:
    """Ended ever later on its way up: a connection left open would keep the loop, and so the process, from ending."""
    gc.disable()  # what is left open must not be saved by chance
    try:
        for tenths in range(60):
            listening = asyncio.create_task(fresh_database.bell.listen())
            until = time.monotonic() + tenths / 10_000
            while time.monotonic() < until:
                await asyncio.sleep(0)
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
        assert await _gone(watcher) == 0
    finally:
        gc.enable()


async def test_a_ring_is_heard_and_rings_of_a_moment_go_out_together(fresh_database: Database) -> None:
    """Everyone who listens hears every name once."""
    heard: list[str] = []
    all_of_them = asyncio.Event()

    def hear(name: str) -> None:
        heard.append(name)
        if len(heard) == 3:
            all_of_them.set()

    fresh_database.bell.on_ring(hear)
    listening = asyncio.create_task(fresh_database.bell.listen())
    await asyncio.wait_for(fresh_database.bell.connected.wait(), 5)
    fresh_database.bell.ring(["a", "b", "a"])
    fresh_database.bell.ring(["c"])
    await asyncio.wait_for(all_of_them.wait(), 5)
    assert heard == ["a", "b", "c"]
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
