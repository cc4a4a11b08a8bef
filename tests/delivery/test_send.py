"""The webhook sender against real receivers: in order, at least once, nobody waits for another."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from app.core import clock, outbox
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.events import CaseEvent
from app.core.ids import new_id
from app.core.work import begin
from app.delivery import send
from app.delivery.post.attempt import Post
from app.delivery.post.clients import Bounds
from app.delivery.send import lane, sender
from app.delivery.send.sender import Sender
from app.delivery.service import endpoints as service
from tests.conftest import SEND_EVERYBODY_AWAY, settings_for
from tests.delivery.receiver import Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(CaseEvent):
    """An event of this test."""

    type: ClassVar[str] = "nl.nodus.test.happened.v1"
    municipality_codes: tuple[str, ...] | None = None


async def an_organisation(database: Database) -> UUID:
    """A meldpunt with nothing in its feed."""
    organisation = new_id(clock.wall())
    async with begin(database, WORKER) as work:
        await work.change(text("INSERT INTO organisation (id, kind, name) VALUES (:id, 'meldpunt', 'test')"), id=organisation)
    return organisation


async def an_endpoint(database: Database, organisation: UUID, url: str, types: tuple[str, ...] = ()) -> tuple[UUID, str]:
    """An endpoint of it, and its secret."""
    actor = Actor(organisation, Role.DESK)
    async with begin(database, actor) as work:
        made, secret = await service.create_endpoint(work, url=url, types=types, from_start=True)
    return made.id, secret


async def announce(database: Database, organisation: UUID, count: int, *, codes: Sequence[str] | None = None) -> None:
    """So many events for it, each in a transaction of its own."""
    named = None if codes is None else tuple(codes)
    for _ in range(count):
        async with begin(database, WORKER) as work:
            outbox.record(work, Happened(case_id=new_id(work.at), municipality_codes=named), [organisation])


@asynccontextmanager
async def sending(url: str, bounds: Bounds | None = None, **others: Any) -> AsyncIterator[Database]:
    """A worker that sends, on a pool of its own; `others` are settings."""
    settings = settings_for(url, webhooks_to_private_addresses=True, **others)
    database = Database(url, settings)
    stop = asyncio.Event()
    listening = asyncio.create_task(database.bell.listen())
    await database.bell.connected.wait()
    worker = Sender(database, settings, database.bell, stop, post=Post(settings, bounds))
    task = asyncio.create_task(worker.run())
    try:
        yield database
    finally:
        stop.set()
        await task
        listening.cancel()
        await database.close()


async def test_events_arrive_signed_and_in_order(fresh_url: str) -> None:
    """The reference library of the standard verifies each; id, origin and type are where the standards want them."""
    receiver = await Receiver().start()
    async with sending(fresh_url) as database:
        organisation = await an_organisation(database)
        _, secret = await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 20)
        await receiver.until(20)
    assert receiver.numbers() == list(range(1, 21))
    headers, _ = receiver.got[0]
    first = receiver.verified(secret)[0]
    assert first["id"] == headers["webhook-id"]
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert headers["webhook-request-origin"]
    await receiver.stop()


async def _hurry(database: Database, endpoint: UUID) -> None:
    """Let the next attempt be now: a test does not wait five seconds."""
    async with begin(database, WORKER) as work:
        await work.change(text("UPDATE webhook_endpoint SET next_attempt_at = now() WHERE id = :id"), id=endpoint)
        work.ring("event:hurry:0")


async def test_a_receiver_that_was_away_gets_everything_in_order(fresh_url: str) -> None:
    """Stopped, then started again: nothing is missing, nothing is out of turn."""
    receiver = await Receiver().start()
    async with sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, secret = await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 3)
        await receiver.until(3)
        receiver.answer = lambda _: 503
        await announce(database, organisation, 5)
        await _failed(database, organisation, endpoint)
        receiver.answer = lambda _: 204
        await _hurry(database, endpoint)
        await receiver.until(8)
    assert receiver.numbers() == list(range(1, 9))
    assert len(receiver.verified(secret)) == 8
    await receiver.stop()


async def _failed(database: Database, organisation: UUID, endpoint: UUID) -> None:
    async with asyncio.timeout(20):
        while True:
            async with begin(database, Actor(organisation, Role.DESK)) as work:
                if (await service.endpoint(work, endpoint)).attempts:
                    return
            await asyncio.sleep(0.05)


async def test_those_that_hang_do_not_slow_another(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More receivers hang than there are places: after two seconds they take none any more."""
    monkeypatch.setattr(sender, "AT_ONCE", 4)
    monkeypatch.setattr(lane, "HANGING_AFTER", 0.2)
    async with Receiver(slow=30) as hanging, Receiver() as quick, sending(fresh_url, Bounds(total=3)) as database:
        for receiver in (hanging, hanging, hanging, hanging, hanging, hanging, quick):
            organisation = await an_organisation(database)
            await an_endpoint(database, organisation, receiver.url)
            await announce(database, organisation, 3)
        async with asyncio.timeout(2.5):
            await quick.until(3)
        assert hanging.got == []


async def test_410_ends_it_and_unwanted_types_are_passed_over(fresh_url: str) -> None:
    """A receiver that says never again is not asked again; an endpoint gets what it named."""
    gone, choosy = await Receiver(lambda _: 410).start(), await Receiver().start()
    async with sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, gone.url)
        await an_endpoint(database, organisation, choosy.url, ("nl.nodus.case",))
        await announce(database, organisation, 2)
        async with asyncio.timeout(20):
            while True:
                async with begin(database, Actor(organisation, Role.DESK)) as work:
                    found = {one.id: one for one in await service.ours(work)}
                passed = all(one.delivered_through == 2 for key, one in found.items() if key != endpoint)
                if found[endpoint].state == "disabled" and passed:
                    break
                await asyncio.sleep(0.05)
    assert choosy.got == []
    for receiver in (gone, choosy):
        await receiver.stop()


async def test_a_killed_sender_loses_nothing(fresh_url: str) -> None:
    """Whatever was sent and not recorded is sent once more, under the same id."""
    receiver = await Receiver().start()
    settings = settings_for(fresh_url, webhooks_to_private_addresses=True)
    database = Database(fresh_url, settings)
    organisation = await an_organisation(database)
    endpoint, _ = await an_endpoint(database, organisation, receiver.url)
    await announce(database, organisation, 30)
    task = asyncio.create_task(send.run(database, settings, database.bell, asyncio.Event()))
    await receiver.until(5)
    task.cancel()  # without a word: nothing is flushed, the lease stays
    await asyncio.gather(task, return_exceptions=True)
    async with begin(database, WORKER) as work:
        await work.change(text("UPDATE webhook_endpoint SET leased_until = NULL WHERE id = :id"), id=endpoint)
    await database.close()
    async with sending(fresh_url):
        async with asyncio.timeout(20):
            while 30 not in receiver.numbers():
                await asyncio.sleep(0.02)
    assert sorted(set(receiver.numbers())) == list(range(1, 31))
    await receiver.stop()


async def test_a_sender_outlives_a_restart_of_the_database(fresh_url: str, owner: asyncpg.Connection) -> None:
    """Every connection is ended while it is idle: what happens afterwards arrives, without anybody starting it again."""
    receiver = await Receiver().start()
    async with sending(fresh_url) as database:
        organisation = await an_organisation(database)
        await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 1)
        await receiver.until(1)
        async with asyncio.timeout(20):
            while await owner.fetchval("SELECT leased_until IS NOT NULL OR delivered_through < 1 FROM webhook_endpoint"):
                await asyncio.sleep(0.02)
        await owner.execute(SEND_EVERYBODY_AWAY)
        await announce(database, organisation, 2)
        await receiver.until(3)
    assert receiver.numbers() == [1, 2, 3]
    await receiver.stop()


async def test_a_slow_receiver_keeps_its_worker(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A living worker renews its lease: an attempt that takes longer than it is not begun by somebody else as well."""
    monkeypatch.setattr(sender, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(sender, "RENEWED_EVERY", 0.1)
    receiver = await Receiver(slow=1.5).start()
    async with sending(fresh_url) as database, sending(fresh_url):
        organisation = await an_organisation(database)
        await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 2)
        await receiver.until(2)
    assert receiver.numbers() == [1, 2]
    await receiver.stop()


async def test_who_could_not_renew_begins_nothing_more(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off from the database, or stopped for a while: another one has the endpoint by then, and both would send all that is left."""
    monkeypatch.setattr(sender, "LEASE", timedelta(seconds=0.4))
    monkeypatch.setattr(sender, "RENEWED_EVERY", 60)
    database = Database(fresh_url, settings_for(fresh_url, webhooks_to_private_addresses=True))
    async with Receiver(slow=0.05) as receiver:
        organisation = await an_organisation(database)
        await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 40)
        await database.close()
        async with sending(fresh_url), sending(fresh_url), asyncio.timeout(20):
            while 40 not in receiver.numbers():
                await asyncio.sleep(0.02)
        numbers = receiver.numbers()
        assert sorted(set(numbers)) == list(range(1, 41))
        turns = int(len(numbers) * 0.05 / 0.4) + 1
        assert len(numbers) - 40 <= 1.5 * turns, numbers
