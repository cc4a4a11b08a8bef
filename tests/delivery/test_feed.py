"""The feed: without gaps whatever the writers do, resumable, and empty answers from memory."""

import asyncio
from random import Random
from uuid import UUID

import httpx
import pytest

from app.core import clock, outbox
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.delivery.service import feed as service
from tests.delivery.test_send import Happened, an_organisation, announce
from tests.makers import a_token


class Undone(Exception):  # noqa: N818
    """A transaction that is taken back."""


async def test_no_event_is_skipped_while_many_write(fresh_database: Database) -> None:
    """Eight writers, some taken back, three recipients, one impatient reader: every number once, in order."""
    recipients = [new_id(clock.wall()) for _ in range(3)]
    random, done = Random(7), asyncio.Event()

    async def write(count: int) -> None:
        for _ in range(count):
            chosen = random.sample(recipients, random.randint(1, 3))
            try:
                async with begin(fresh_database, WORKER) as work:
                    outbox.record(work, Happened(case_id=new_id(work.at)), chosen)
                    await work.flush()
                    await asyncio.sleep(random.random() * 0.003)
                    if random.random() < 0.15:
                        raise Undone
            except Undone:
                pass

    async def read(recipient: UUID) -> list[int]:
        seen: list[int] = []
        while True:
            last = done.is_set()
            async with begin(fresh_database, WORKER) as work:
                part = await service.events(work, recipient, len(seen), 50)
            seen += range(part.after + 1, part.reached + 1)
            for body, number in zip(part.bodies, range(part.after + 1, part.reached + 1), strict=True):
                assert f'"sequence":"{number:020}"'.encode() in body
            if last and part.reached == part.head:
                return seen

    readers = [asyncio.create_task(read(one)) for one in recipients]
    await asyncio.gather(*(write(40) for _ in range(4)))
    done.set()
    for seen in await asyncio.gather(*readers):
        assert seen == list(range(1, len(seen) + 1))
        assert len(seen) > 20


@pytest.fixture
async def desk(database: Database) -> tuple[UUID, dict[str, str]]:
    """An organisation of this test's own, and its header."""
    organisation = await an_organisation(database)
    return organisation, await a_token(database, organisation, "desk")


async def test_a_poller_resumes_where_it_was(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """`next` is always there; what was seen is not seen again; nothing new is 304 for who asks so."""
    organisation, header = desk
    path = f"/v1/organisations/{organisation}/events"
    await announce(database, organisation, 7)
    asked = {"after": 0, "limit": 5, "wait": 5}  # the doorbell rings after the commit: who does not wait may be faster than it
    first = (await client.get(path, params=asked, headers=header)).json()
    rest = await client.get(path, params={"after": first["next"]}, headers=header)
    assert [len(first["events"]), len(rest.json()["events"])] == [5, 2]
    assert (first["end"], rest.json()["end"]) == (False, True)
    empty = await client.get(path, params={"after": 7}, headers=header)
    assert (empty.json()["events"], empty.json()["next"]) == ([], "7")
    same = await client.get(path, params={"after": 7}, headers=header | {"If-None-Match": empty.headers["etag"]})
    assert same.status_code == 304
    batch = await client.get(path, headers=header | {"Accept": "application/cloudevents-batch+json"})
    assert len(batch.json()) == 7


async def test_a_long_poll_ends_with_the_event(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Whoever waits is woken, long before the time is over."""
    organisation, header = desk
    path = f"/v1/organisations/{organisation}/events"
    waiting = asyncio.create_task(client.get(path, params={"after": 0, "wait": 20}, headers=header))
    await asyncio.sleep(0)
    await announce(database, organisation, 1)
    answer = await asyncio.wait_for(waiting, 5)
    assert len(answer.json()["events"]) == 1


async def test_what_is_not_ones_own_or_lies_ahead_is_refused(
    client: httpx.AsyncClient, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Another's feed does not exist; a number ahead of the feed means that a backup was restored."""
    organisation, header = desk
    other = await an_organisation(database)
    assert (await client.get(f"/v1/organisations/{other}/events", headers=header)).status_code == 404
    ahead = await client.get(f"/v1/organisations/{organisation}/events", params={"after": 99}, headers=header)
    assert ahead.status_code == 400
    assert "backup" in ahead.json()["detail"]
