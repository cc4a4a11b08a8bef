"""Everything breaks while events happen: each arrives, the feed tells each once and in order, and the log of attempts is true."""

import asyncio
import os
import time
from contextlib import suppress
from random import Random, SystemRandom
from typing import Final
from uuid import UUID

import asyncpg
import httpx

from app.core.db import Database
from app.core.due import carry_out_once
from app.delivery import due
from tests.conftest import SEND_EVERYBODY_AWAY
from tests.delivery.test_send import an_organisation, announce, sending
from tests.faults import witnesses
from tests.faults.witnesses import HANGS, REFUSES, RESETS, WELL, Books, Caller, Poller, Receivers, an_endpoint
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token
from tests.nursery import Nursery

SEED: Final = int(os.environ.get("NODUS_SEED") or SystemRandom().randrange(1_000_000))
RECEIVERS: Final = (
    ("sound", HOTLINE, "strict"),
    ("flaky", AMSTERDAM_DESK, "strict"),
    ("loose", AMSTERDAM_DESK, "loose"),
)
ACTS: Final = 9
CALLS: Final = 20


async def until_ready(client: httpx.AsyncClient) -> None:
    """Until the server answers."""
    async with asyncio.timeout(30):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


async def chaos(
    nursery: Nursery, url: str, owner: asyncpg.Connection, receivers: Receivers, caller: Caller, port: int
) -> list[float]:
    """Kill, cut off and turn away, until enough has happened all the same; when something was killed."""
    kills: list[float] = []
    random = Random(SEED)
    acts = 0
    while acts < ACTS or len(caller.answered) < CALLS:
        victim = random.choice(("serve", "worker-1", "worker-2", "database", "receiver"))
        if victim == "database":
            await owner.execute(SEND_EVERYBODY_AWAY)
        elif victim == "receiver":
            receivers.moods |= {"flaky": witnesses.a_mood(random), "loose": witnesses.a_mood(random)}
        else:
            nursery.kill(victim)
            kills.append(time.monotonic())
            await asyncio.sleep(random.uniform(0, 0.1))
            nursery.start(victim, url, port=port if victim == "serve" else None)
        acts += 1
        await asyncio.sleep(random.uniform(0.05, 0.4))
    return kills


async def test_killing_everything_at_random_loses_and_invents_nothing(
    fresh_url: str, fresh_database: Database, owner: asyncpg.Connection, free_port: int, nursery: Nursery
) -> None:
    """Server, workers, connections and a receiver go away at random while calls come in: who polls and who receives knows all."""
    print(f"NODUS_SEED={SEED}")  # noqa: T201  shown when it fails
    books, stop = Books(owner), asyncio.Event()
    operator = await a_token(fresh_database)
    supervisor = await a_token(fresh_database, role="supervisor")
    desk = await a_token(fresh_database, AMSTERDAM_DESK, "desk")
    address = f"http://127.0.0.1:{free_port}"
    async with Receivers() as receivers, httpx.AsyncClient(base_url=address, timeout=5, trust_env=False) as client:
        endpoints = {
            path: await an_endpoint(owner, organisation, receivers.url(path), ordering=ordering)
            for path, organisation, ordering in RECEIVERS
        }
        for name in ("serve", "worker-1", "worker-2"):
            nursery.start(name, fresh_url, port=free_port if name == "serve" else None)
        await until_ready(client)
        caller = Caller(client, operator)
        pollers = [Poller(client, supervisor, HOTLINE), Poller(client, desk, AMSTERDAM_DESK)]
        following = [asyncio.create_task(one.follow()) for one in pollers]
        ringing = asyncio.create_task(caller.ring(stop))
        kills = await chaos(nursery, fresh_url, owner, receivers, caller, free_port)
        stop.set()
        await ringing
        receivers.moods |= {"flaky": WELL, "loose": WELL}
        nursery.kill("worker-1")  # what it remembers of who failed goes with it
        nursery.kill("worker-2")
        kills.append(time.monotonic())
        nursery.start("worker-1", fresh_url)
        await books.hurry()
        await books.until_told(endpoints.values())
        feeds = {organisation: await books.feed(organisation) for organisation in (HOTLINE, AMSTERDAM_DESK)}
        async with asyncio.timeout(20):
            while any(one.after != str(len(feeds[one.organisation])) for one in pollers):
                await asyncio.sleep(0.05)
                for task in following:
                    assert not task.done(), task.exception()
        for name in ("serve", "worker-1"):
            nursery.kill(name)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    stored = {row["id"] for row in await owner.fetch("SELECT id FROM call")}
    assert {UUID(one["id"]) for one in caller.answered} == stored
    assert len(caller.answered) == len(stored) >= CALLS
    for one in pollers:
        witnesses.polled_once(one, feeds[one.organisation])
    for path, organisation, ordering in RECEIVERS:
        heard = receivers.heard_at(path)
        witnesses.received_all(heard, feeds[organisation], in_order=ordering == "strict")
        witnesses.log_is_true(heard, await books.delivered(endpoints[path]), kills)


async def test_a_third_of_two_hundred_endpoints_is_dead(
    fresh_url: str, fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """One refuses, one hangs, one resets, and so on: those that live get everything as if they were alone."""
    books, organisations = Books(owner), [await an_organisation(fresh_database) for _ in range(10)]
    async with Receivers() as receivers:
        living: dict[str, tuple[UUID, UUID]] = {}
        for number in range(200):
            mood = (REFUSES, HANGS, RESETS)[number // 3 % 3] if number % 3 == 0 else WELL
            organisation = organisations[number % 10]
            endpoint = await an_endpoint(owner, organisation, receivers.url(str(number), mood))
            if mood == WELL:
                living[str(number)] = (endpoint, organisation)
        for organisation in organisations:
            await announce(fresh_database, organisation, 4)
        async with sending(fresh_url):
            await books.until_told([endpoint for endpoint, _ in living.values()], 30)
            await receivers.leave()  # those that hang let go
        feeds = {organisation: await books.feed(organisation) for organisation in organisations}
        for path, (endpoint, organisation) in living.items():
            witnesses.received_all(receivers.heard_at(path), feeds[organisation])
            witnesses.log_is_true(receivers.heard_at(path), await books.delivered(endpoint), kills=())
    assert len(living) == 133
    assert len(receivers.heard) == 133 * 4
    assert await owner.fetchval("SELECT count(*) FROM webhook_endpoint WHERE delivered_through = 0") == 67


async def test_a_clock_that_is_set_back_holds_nothing_up(
    fresh_url: str, fresh_database: Database, owner: asyncpg.Connection, nursery: Nursery
) -> None:
    """A worker whose clock is an hour ahead fails at one, and is killed while it holds another: set right, both go on at once."""
    books, organisation = Books(owner), await an_organisation(fresh_database)
    async with Receivers() as receivers:
        endpoints = {path: await an_endpoint(owner, organisation, receivers.url(path)) for path in ("well", "held", "failed")}
        receivers.moods |= {"failed": REFUSES, "held": HANGS}
        await announce(fresh_database, organisation, 3)
        nursery.start("ahead", fresh_url, off=3600)
        await books.until_told([endpoints["well"]])
        async with asyncio.timeout(20):
            while not await owner.fetchval("SELECT attempts FROM webhook_endpoint WHERE id = $1", endpoints["failed"]):
                await asyncio.sleep(0.02)
        assert await owner.fetchval("SELECT leased_until IS NOT NULL FROM webhook_endpoint WHERE id = $1", endpoints["held"])
        nursery.kill("ahead")
        receivers.moods |= {"failed": WELL, "held": WELL}
        await announce(fresh_database, organisation, 3)
        nursery.start("right", fresh_url)
        await books.until_told(endpoints.values())
        nursery.kill("right")
        feed = await books.feed(organisation)
        for path in endpoints:
            witnesses.received_all(receivers.heard_at(path), feed)


async def test_an_endpoint_ahead_of_its_feed_is_told_again_what_it_has_not_had(
    fresh_url: str, fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """A part of a backup was restored: without help nothing would be sent until the numbers have caught up, and those never."""
    books, organisation = Books(owner), await an_organisation(fresh_database)
    async with Receivers() as receivers:
        endpoint = await an_endpoint(owner, organisation, receivers.url("here"))
        await announce(fresh_database, organisation, 5)
        async with sending(fresh_url):
            await books.until_told([endpoint])
        await owner.execute("DELETE FROM event WHERE recipient_id = $1 AND number > 3", organisation)
        await owner.execute("UPDATE recipient_counter SET last = 3 WHERE recipient_id = $1", organisation)
        await announce(fresh_database, organisation, 1)  # number 4, which the endpoint has had as another
        assert await carry_out_once(due.AHEAD, fresh_database) == (1, 0)
        assert await owner.fetchval("SELECT delivered_through FROM webhook_endpoint") == 3
        assert await carry_out_once(due.AHEAD, fresh_database) == (0, 0)
        async with sending(fresh_url):
            await books.until_told([endpoint])
        heard = receivers.heard_at("here")
        assert [one.number for one in heard] == [1, 2, 3, 4, 5, 4]
        assert heard[-1].body == (await books.feed(organisation))[-1][2]


async def test_a_server_that_outlives_a_restored_backup_tells_so(
    fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """It remembers how far feeds were: a poller that is ahead hears it at once, and is not told "nothing new" for days."""
    organisation = await an_organisation(fresh_database)
    desk = await a_token(fresh_database, organisation, "desk")
    path = f"/v1/organisations/{organisation}/events"
    await announce(fresh_database, organisation, 5)
    assert (await fresh_client.get(path, params={"after": 4, "wait": 5}, headers=desk)).json()["next"] == "5"
    await owner.execute("DELETE FROM event WHERE recipient_id = $1 AND number > 3", organisation)
    await owner.execute("UPDATE recipient_counter SET last = 3 WHERE recipient_id = $1", organisation)
    async with asyncio.timeout(10):
        while (answer := await fresh_client.get(path, params={"after": 5}, headers=desk)).status_code == 200:
            await asyncio.sleep(0.05)
    assert (answer.status_code, answer.json()["type"]) == (400, "/v1/problems/cursor-ahead")
