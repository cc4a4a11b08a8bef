"""Everything breaks while events happen: each arrives, the feed tells each once and in order, and the log of attempts is true."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Final
from uuid import UUID

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.work import begin
from app.delivery import due, send
from tests.conftest import MASTER_KEY, SEND_EVERYBODY_AWAY, settings_for
from tests.delivery.test_send import an_organisation, announce, sending
from tests.faults import witnesses
from tests.faults.nursery import Nursery
from tests.faults.witnesses import HANGS, REFUSES, RESETS, WELL, Books, Caller, Poller, Receivers, an_endpoint
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token

SEED: Final = int(os.environ.get("NODUS_SEED") or SystemRandom().randrange(1_000_000))
CHAOS: Final = 2.5


def environment(url: str) -> dict[str, str]:
    """What a server or worker is told."""
    return {
        "NODUS_DATABASE_URL": url,
        "NODUS_MASTER_KEY": MASTER_KEY,
        "NODUS_METRICS_PORT": "0",
        "NODUS_WEBHOOKS_TO_PRIVATE_ADDRESSES": "true",
    }


async def until_ready(client: httpx.AsyncClient) -> None:
    """Until the server answers."""
    async with asyncio.timeout(30):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


async def chaos(nursery: Nursery, owner: asyncpg.Connection, receivers: Receivers, random: Random, port: int) -> list[float]:
    """Kill, cut off and turn away for a while; when that was."""
    kills: list[float] = []
    until = time.monotonic() + CHAOS
    while time.monotonic() < until:
        victim = random.choice(("serve", "worker-1", "worker-2", "database", "receiver"))
        if victim == "database":
            await owner.execute(SEND_EVERYBODY_AWAY)
        elif victim == "receiver":
            receivers.moods["flaky"] = witnesses.a_mood(random)
        else:
            nursery.kill(victim)
            kills.append(time.monotonic())
            await asyncio.sleep(random.uniform(0, 0.1))
            nursery.start(victim, port=port if victim == "serve" else None)
        await asyncio.sleep(random.uniform(0.05, 0.4))
    return kills


async def test_killing_everything_at_random_loses_and_invents_nothing(
    fresh_url: str, fresh_database: Database, owner: asyncpg.Connection, free_port: int, tmp_path: Path
) -> None:
    """Server, workers, connections and a receiver go away at random while calls come in: who polls and who receives knows all."""
    print(f"NODUS_SEED={SEED}")  # noqa: T201  shown when it fails
    random, books, stop = Random(SEED), Books(owner), asyncio.Event()
    operator = await a_token(fresh_database)
    supervisor = await a_token(fresh_database, role="supervisor")
    desk = await a_token(fresh_database, AMSTERDAM_DESK, "desk")
    address = f"http://127.0.0.1:{free_port}"
    log = tmp_path / "told"
    async with Receivers() as receivers, httpx.AsyncClient(base_url=address, timeout=5, trust_env=False) as client:
        endpoints = {
            path: await an_endpoint(owner, organisation, receivers.url(path))
            for path, organisation in (("desk", AMSTERDAM_DESK), ("hotline", HOTLINE), ("flaky", AMSTERDAM_DESK))
        }
        with Nursery(environment(fresh_url), log) as nursery:
            for name in ("serve", "worker-1", "worker-2"):
                nursery.start(name, port=free_port if name == "serve" else None)
            await until_ready(client)
            caller = Caller(client, operator)
            pollers = [Poller(client, supervisor, HOTLINE), Poller(client, desk, AMSTERDAM_DESK)]
            following = [asyncio.create_task(one.follow()) for one in pollers]
            ringing = asyncio.create_task(caller.ring(stop))
            kills = await chaos(nursery, owner, receivers, random, free_port)
            stop.set()
            await ringing
            receivers.moods["flaky"] = WELL
            nursery.kill("worker-1")  # what it remembers of who failed goes with it
            nursery.kill("worker-2")
            kills.append(time.monotonic())
            nursery.start("worker-1")
            await books.hurry()
            await books.until_told(endpoints.values())
            feeds = {organisation: await books.feed(organisation) for organisation in (HOTLINE, AMSTERDAM_DESK)}
            async with asyncio.timeout(10):
                while any(one.after != str(len(feeds[one.organisation])) for one in pollers):
                    await asyncio.sleep(0.05)
                    for task in following:
                        assert not task.done(), task.exception()
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    stored = {row["id"] for row in await owner.fetch("SELECT id FROM call")}
    assert {UUID(one["id"]) for one in caller.answered} == stored
    assert len(caller.answered) == len(stored) > 10
    for one in pollers:
        witnesses.polled_once(one, feeds[one.organisation])
    for path, endpoint in endpoints.items():
        heard, feed = receivers.heard_at(path), feeds[HOTLINE if path == "hotline" else AMSTERDAM_DESK]
        witnesses.received_all(heard, feed)
        witnesses.log_is_true(heard, await books.delivered(endpoint), kills)
