"""What goes to an endpoint when not all goes well: loose order, the circuit, messages beside the order, pace, changes, the clock."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.delivery.access import Access, Bearer
from app.delivery.post.clients import Bounds
from app.delivery.tables import webhook_message
from app.vault.keys import master_key
from tests.conftest import settings_for
from tests.delivery.receiver import Receiver
from tests.delivery.test_send import an_endpoint, an_organisation, announce, sending


async def until(holds: Callable[[], Any], seconds: float = 10) -> None:
    """Wait until it holds; a coroutine is asked again and again."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)


async def alter(owner: asyncpg.Connection, endpoint: UUID, **columns: Any) -> None:
    """Change columns of an endpoint, as its owner would."""
    named = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=2))
    await owner.execute(f"UPDATE webhook_endpoint SET version = version + 1, {named} WHERE id = $1", endpoint, *columns.values())


async def a_message(
    database: Database, endpoint: UUID, organisation: UUID, trigger: str, event: UUID, number: int | None = None
) -> None:
    """Something that is sent beside the order."""
    at = clock.wall()
    async with begin(database, WORKER) as work:
        work.write(
            webhook_message, id=new_id(at), endpoint_id=endpoint, organisation_id=organisation, event_id=event, number=number,
            type="nl.nodus.test.v1", body=None if number else b'{"sequence":"0"}', trigger=trigger, attempts=0,
            next_attempt_at=at, created_at=at,
        )  # fmt: skip
        work.ring(f"event:{organisation}:0")


async def test_in_loose_order_one_that_fails_holds_nobody_up(fresh_url: str, owner: asyncpg.Connection) -> None:
    """Several are under way; the one that fails is tried again beside the others, and the log says all of it."""
    refuse = {7}

    class Choosy(Receiver):
        async def judge(self, path: str, headers: dict[str, str], body: bytes) -> int:  # noqa: ARG002
            return 500 if any(b'"%020d"' % number in body for number in refuse) else 204

    async with Choosy(slow=0.05) as receiver, sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, receiver.url)
        await alter(owner, endpoint, ordering="loose")
        await announce(database, organisation, 24)
        await receiver.until(23)
        await until(lambda: owner.fetchval("SELECT delivered_through = 24 FROM webhook_endpoint"))
        assert sorted(receiver.numbers()) == [*range(1, 7), *range(8, 25)]
        assert 1 < receiver.most_at_once <= 8
        refuse.clear()
        await owner.execute("UPDATE webhook_message SET next_attempt_at = now()")
        await receiver.until(24)
    log = await owner.fetch("SELECT attempt, outcome, trigger FROM webhook_attempt WHERE number = 7 ORDER BY id")
    assert [tuple(row) for row in log] == [(1, "failed", "scheduled"), (2, "delivered", "scheduled")]
    assert await owner.fetchval("SELECT count(*) FROM webhook_message") == 0


async def test_a_circuit_opens_and_one_tries_whether_it_may_close(fresh_url: str, owner: asyncpg.Connection) -> None:
    """A receiver that is down hears few attempts, not one an event; when it is back nothing is missing."""
    async with Receiver(lambda _: 503) as receiver, sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, receiver.url)
        await alter(owner, endpoint, ordering="loose")
        await announce(database, organisation, 40)
        await until(lambda: owner.fetchval("SELECT attempts >= 5 AND leased_until IS NULL FROM webhook_endpoint"))
        assert 5 <= receiver.seen <= 5 + 7
        row = await owner.fetchrow("SELECT next_attempt_at - now() AS pause, delivered_through FROM webhook_endpoint")
        assert row
        assert timedelta(seconds=20) < row["pause"] < timedelta(seconds=40)
        assert row["delivered_through"] == await owner.fetchval("SELECT count(*) FROM webhook_message")
        seen = receiver.seen
        await owner.execute("UPDATE webhook_endpoint SET next_attempt_at = now()")
        await until(lambda: owner.fetchval("SELECT attempts >= 6 AND leased_until IS NULL FROM webhook_endpoint"))
        assert receiver.seen == seen + 1
        receiver.answer = lambda _: 204
        await owner.execute("UPDATE webhook_endpoint SET next_attempt_at = now()")
        await owner.execute("UPDATE webhook_message SET next_attempt_at = now()")
        await receiver.until(40)
    assert sorted(set(receiver.numbers())) == list(range(1, 41))


async def test_what_was_asked_for_goes_beside_the_order(fresh_url: str, owner: asyncpg.Connection) -> None:
    """Recovered events in order of their numbers; a test also while the endpoint fails; an unverified one gets its code only."""
    async with Receiver() as receiver, sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, secret = await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 3)
        await receiver.until(3)
        events = await owner.fetch("SELECT id, number FROM event WHERE recipient_id = $1 ORDER BY number DESC", organisation)
        async with asyncio.timeout(5):
            for one in events:
                await a_message(database, endpoint, organisation, "recovery", UUID(int=one["id"].int), one["number"])
            await receiver.until(6)
        await until(lambda: owner.fetchval("SELECT count(*) = 0 FROM webhook_message"))
        later = clock.wall() + timedelta(hours=1)
        await alter(owner, endpoint, attempts=3, failing_since=clock.wall(), next_attempt_at=later)
        await announce(database, organisation, 1)
        await a_message(database, endpoint, organisation, "test", new_id(clock.wall()))
        await receiver.until(8)  # that it arrived makes what waits worth a try
        assert sorted(receiver.numbers()[6:]) == [0, 4]
        await alter(owner, endpoint, state="unverified", verified_at=None, verification_started_at=later)
        await announce(database, organisation, 1)
        for trigger in ("test", "verification"):
            await a_message(database, endpoint, organisation, trigger, new_id(clock.wall()))
        await receiver.until(9)
    assert receiver.numbers()[8:] == [0]
    assert len(receiver.verified(secret)) == 9
    triggers = await owner.fetch("SELECT trigger, count(*) FROM webhook_attempt GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in triggers] == [("recovery", 3), ("scheduled", 4), ("test", 1), ("verification", 1)]


async def test_a_change_counts_from_the_next_batch(fresh_url: str, owner: asyncpg.Connection) -> None:
    """A new address, a new credential, a municipality, a pause: the lane that serves the endpoint lets go of it at once."""
    async with Receiver() as before, Receiver() as after, sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, before.url)
        await announce(database, organisation, 1)
        await before.until(1)
        access = Access({"X-Own": "1"}, Bearer("abc")).to_bytes()
        await alter(owner, endpoint, url=after.url, access=master_key(settings_for(fresh_url)).wrap(access, endpoint))
        await announce(database, organisation, 1)
        await after.until(1)
        headers = after.got[0][0]
        assert (headers["authorization"], headers["x-own"]) == ("Bearer abc", "1")
        await alter(owner, endpoint, municipality_codes=["GM0363"])
        for codes in (["GM0599"], ["GM0599", "GM0363"], [], None):  # of the last two nobody knows where: better once too often
            await announce(database, organisation, 1, codes=codes)
        await after.until(4)
        await alter(owner, endpoint, state="paused")
        await announce(database, organisation, 1)
        await asyncio.sleep(0.3)
        assert (before.numbers(), after.numbers()) == ([1], [2, 4, 5, 6])


async def test_the_pace_is_even(fresh_url: str, owner: asyncpg.Connection) -> None:
    """What the owner set or the receiver granted, the smaller: no bursts, also over the batches of one lease and the next."""
    async with Receiver() as receiver, sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, receiver.url)
        await alter(owner, endpoint, per_minute=6000, granted_per_minute=600, ordering="loose")
        await announce(database, organisation, 6)
        await receiver.until(6)
        await until(lambda: owner.fetchval("SELECT delivered_through = 6 FROM webhook_endpoint"))
    gaps = await owner.fetch("SELECT started_at - lag(started_at) OVER (ORDER BY started_at) AS gap FROM webhook_attempt")
    assert min(row["gap"] for row in gaps if row["gap"]) > timedelta(seconds=0.09)


async def test_a_clock_that_was_set_back_stops_nothing(fresh_url: str, owner: asyncpg.Connection) -> None:
    """Leases and plans of an hour ahead, made by a clock that was wrong, are not waited for."""
    async with Receiver() as receiver, sending(fresh_url) as database:
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, receiver.url)
        ahead = clock.wall() + timedelta(hours=1)
        await alter(owner, endpoint, leased_until=ahead, leased_by=new_id(ahead), next_attempt_at=ahead, attempted_at=ahead)
        await announce(database, organisation, 2)
        await receiver.until(2)
        await until(lambda: owner.fetchval("SELECT attempted_at < now() FROM webhook_endpoint"))


async def test_a_worker_that_is_stopped_finishes_what_it_began(fresh_url: str, owner: asyncpg.Connection) -> None:
    """What was under way arrives once, is recorded, and the endpoint is free for the next worker at once."""
    async with Receiver(slow=0.3) as receiver:
        async with sending(fresh_url) as database:
            organisation = await an_organisation(database)
            await an_endpoint(database, organisation, receiver.url)
            await announce(database, organisation, 5)
            await until(_seen(receiver, 1))
        row = await owner.fetchrow("SELECT delivered_through, leased_until, leased_by FROM webhook_endpoint")
        assert row
        assert tuple(row) == (len(receiver.got), None, None)
        assert len(receiver.got) >= 1
        receiver.slow = 0
        async with sending(fresh_url):
            await receiver.until(5)
    assert receiver.numbers() == [1, 2, 3, 4, 5]


def _seen(receiver: Receiver, count: int) -> Callable[[], Any]:
    async def seen() -> bool:
        return receiver.seen >= count

    return seen


async def test_an_answer_that_comes_too_late_is_none(fresh_url: str, owner: asyncpg.Connection) -> None:
    """The receiver had taken it, we could not know: it comes once more, under the same id, and the log says timeout."""
    async with Receiver(slow=0.5) as receiver, sending(fresh_url, Bounds(total=0.2)) as database:
        organisation = await an_organisation(database)
        await an_endpoint(database, organisation, receiver.url)
        await announce(database, organisation, 1)
        await until(lambda: owner.fetchval("SELECT attempts = 1 AND leased_until IS NULL FROM webhook_endpoint"))
        receiver.slow = 0
        await owner.execute("UPDATE webhook_endpoint SET next_attempt_at = now()")
        await until(lambda: owner.fetchval("SELECT delivered_through = 1 FROM webhook_endpoint"))
    log = await owner.fetch("SELECT outcome, error FROM webhook_attempt ORDER BY id")
    assert [tuple(row) for row in log] == [("failed", "timeout"), ("delivered", None)]
    assert receiver.seen == 2
