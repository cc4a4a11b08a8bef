"""An endpoint that takes nothing: people hear of it, once, and again while it lasts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson
import pytest

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.work import begin
from app.delivery.due import silent_endpoints
from app.directory.service import look_up as directory
from tests.delivery.receiver import Receiver
from tests.delivery.test_send import an_endpoint, an_organisation, announce, sending
from tests.makers import HOTLINE

SILENT = silent_endpoints(directory.national_desks)
HEARD = "SELECT recipient_id, body FROM event WHERE type = 'nl.nodus.endpoint.silent.v1' ORDER BY recipient_id, number"


@pytest.fixture
async def watcher(fresh_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the worker's that looks at what was stored."""
    connection = await asyncpg.connect(fresh_url)
    await connection.execute("SET ROLE nodus_worker")
    yield connection
    await connection.close()


async def _failing_for(watcher: asyncpg.Connection, endpoint: UUID, minutes: int) -> None:
    since = clock.wall() - timedelta(minutes=minutes)
    await watcher.execute("UPDATE webhook_endpoint SET failing_since = $1 WHERE id = $2", since, endpoint)


async def _told(database: Database, watcher: asyncpg.Connection) -> dict[UUID, list[dict[str, object]]]:
    await carry_out_once(SILENT, database)
    heard: dict[UUID, list[dict[str, object]]] = {}
    for row in await watcher.fetch(HEARD):
        heard.setdefault(UUID(int=row["recipient_id"].int), []).append(orjson.loads(row["body"])["data"])
    return heard


async def _a_failing_endpoint(url: str, watcher: asyncpg.Connection) -> tuple[UUID, UUID]:
    """An organisation with three events, and its endpoint that has refused the first of them once."""
    receiver = await Receiver(lambda _: 503).start()
    async with sending(url) as database:
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 3)
        async with asyncio.timeout(10):
            while not await watcher.fetchval("SELECT count(*) FROM webhook_attempt"):
                await asyncio.sleep(0.02)
    await receiver.stop()
    return organisation, endpoint


async def test_who_can_not_be_told_is_told_of(fresh_url: str, fresh_database: Database, watcher: asyncpg.Connection) -> None:
    """After a quarter of an hour its organisation and the national desk hear it once; a day later again; healed, never."""
    organisation, endpoint = await _a_failing_endpoint(fresh_url, watcher)
    await _failing_for(watcher, endpoint, 14)
    assert await _told(fresh_database, watcher) == {}
    await _failing_for(watcher, endpoint, 16)
    heard = await _told(fresh_database, watcher)
    assert set(heard) == {organisation, HOTLINE}
    for [told] in heard.values():
        assert (told["endpointId"], told["organisationId"]) == (str(endpoint), str(organisation))
        assert (told["undelivered"], told["givenUp"], told["state"]) == (3, 0, "active")
    assert {len(told) for told in (await _told(fresh_database, watcher)).values()} == {1}
    a_day_ago = clock.wall() - timedelta(hours=24)
    await watcher.execute("UPDATE webhook_endpoint SET told_at = $1::timestamptz, failing_since = $1::timestamptz", a_day_ago)
    assert {len(told) for told in (await _told(fresh_database, watcher)).values()} == {2}
    await watcher.execute("UPDATE webhook_endpoint SET failing_since = NULL, told_at = NULL")
    assert {len(told) for told in (await _told(fresh_database, watcher)).values()} == {2}


async def test_a_paused_endpoint_is_silent_by_choice(fresh_database: Database, watcher: asyncpg.Connection) -> None:
    """Nobody is called for what somebody wanted."""
    organisation = await an_organisation(fresh_database)
    endpoint, _ = await an_endpoint(fresh_database, organisation, "https://nodus.test/")
    await _failing_for(watcher, endpoint, 60)
    await watcher.execute("UPDATE webhook_endpoint SET state = 'paused'")
    async with begin(fresh_database, WORKER) as work:
        assert await SILENT.claim(work) == []
