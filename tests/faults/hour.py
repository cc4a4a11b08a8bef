"""An hour of random kills: `python -m tests.faults.hour --minutes 60 --seed 1`. Calls come in meanwhile; at the end all must add up.

Killed at random: servers, workers, the database (immediately, or every connection), pollers; and receivers are away, hang, reset and
refuse. The pollers are `deploy/examples/poller.py`, as a process that keeps its place in a file. Prints a summary as JSON; ends with
1 when something is missing, came twice, or out of order. It has a PostgreSQL and ports of its own, and leaves nothing behind.
"""

import argparse
import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from app.core import embedded, migrations
from app.core.db import Database
from tests.conftest import SEND_EVERYBODY_AWAY, _a_free_port, _load, settings_for
from tests.faults import witnesses
from tests.faults.witnesses import WELL, Books, Caller, Receivers, an_endpoint
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token
from tests.nursery import Mother, Nursery

ROOT: Final = Path(__file__).parents[2]
EXAMPLE: Final = ROOT / "deploy" / "examples" / "poller.py"
BETWEEN: Final = 4.0  # seconds from one act to the next, on average
WORKERS: Final = ("worker-1", "worker-2")
ACTS: Final = ("serve", *WORKERS, "connections", "database", "receivers", "network", "pollers")
RECEIVERS: Final = (
    ("hotline", HOTLINE, "strict"),
    ("hotline-loose", HOTLINE, "loose"),
    ("desk", AMSTERDAM_DESK, "strict"),
    ("desk-loose", AMSTERDAM_DESK, "loose"),
)
STUCK_AFTER: Final = 120  # seconds in which nothing more was delivered


@dataclass
class Polling:
    """The example as a process of its own, with its file."""

    address: str
    organisation: UUID
    token: str
    file: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Or start again, where it was."""
        command = [sys.executable, str(EXAMPLE), self.address, str(self.organisation), str(self.file)]
        self.process = subprocess.Popen(command, env={**os.environ, "NODUS_KEY": self.token})

    def kill(self) -> None:
        """As a power cut does."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def events(self) -> list[dict[str, Any]]:
        """What it has kept, in the order in which it came."""
        with sqlite3.connect(self.file) as kept:
            return [json.loads(row[0]) for row in kept.execute("SELECT body FROM event ORDER BY rowid")]


@dataclass
class Hour:
    """All that takes part."""

    folder: Path
    random: Random
    cluster: embedded.Embedded
    nursery: Nursery
    receivers: Receivers
    port: int
    pollers: list[Polling] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    kills: list[float] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        """A server or a worker."""
        self.nursery.start(name, self.cluster.url, port=self.port if name == "serve" else None, quick=False)

    async def break_until(self, end: float) -> None:
        """One thing after the other."""
        while time.monotonic() < end:
            await asyncio.sleep(min(self.random.expovariate(1 / BETWEEN), 4 * BETWEEN))
            act = self.random.choice(ACTS)
            self.acts[act] += 1
            await self._break(act)

    async def _break(self, act: str) -> None:
        if act == "receivers":
            for path, _, _ in RECEIVERS:
                self.receivers.moods[path] = witnesses.a_mood(self.random)
        elif act == "network":
            await self.receivers.leave()
            await asyncio.sleep(self.random.uniform(0.5, 8))
            await self.receivers.listen()
        elif act == "pollers":
            one = self.random.choice(self.pollers)
            one.kill()
            await asyncio.sleep(self.random.uniform(0, 3))
            one.start()
        elif act == "connections":
            await asyncio.to_thread(self.cluster.psql, SEND_EVERYBODY_AWAY, embedded.NAME)
        elif act == "database":
            embedded._ctl(self.cluster.programs, self.cluster.folder, "stop", "-m", "immediate")
            await asyncio.sleep(self.random.uniform(0, 5))
            await asyncio.to_thread(embedded.start, self.folder)
        else:
            self.nursery.kill(act)
            self.kills.append(time.monotonic())
            await asyncio.sleep(self.random.uniform(0, 3))
            self.start(act)


async def _play(hour: Hour, minutes: float) -> dict[str, Any]:
    await asyncio.to_thread(migrations.upgrade, hour.cluster.admin_url)
    await asyncio.to_thread(migrations.grant_login, hour.cluster.admin_url, embedded.LOGIN)
    await _load(hour.cluster)
    database = Database(hour.cluster.url, settings_for(hour.cluster.url))
    operator = await a_token(database)
    for organisation, role in ((HOTLINE, "supervisor"), (AMSTERDAM_DESK, "desk")):
        token = (await a_token(database, organisation, role))["Authorization"].removeprefix("Bearer ")
        hour.pollers.append(Polling(hour.address, organisation, token, hour.folder / f"{role}.sqlite"))
    await database.close()
    owner = await asyncpg.connect(hour.cluster.admin_url)
    for path, organisation, ordering in RECEIVERS:
        await an_endpoint(owner, organisation, hour.receivers.url(path), ordering=ordering)
    await owner.close()
    for name in ("serve", *WORKERS):
        hour.start(name)
    for poller in hour.pollers:
        poller.start()
    stop = asyncio.Event()
    async with httpx.AsyncClient(base_url=hour.address, timeout=10, trust_env=False) as client:
        callers = [Caller(client, operator, pause=0.5) for _ in range(2)]
        ringing = [asyncio.create_task(one.ring(stop)) for one in callers]
        await hour.break_until(time.monotonic() + minutes * 60)
        stop.set()
        await asyncio.gather(*ringing)
    return await _settled(hour, callers)


async def _settled(hour: Hour, callers: Sequence[Caller]) -> dict[str, Any]:
    """Nothing breaks any more; what everybody has then."""
    hour.receivers.moods = dict.fromkeys(hour.receivers.moods, WELL)
    for name in WORKERS:  # what they remember of who failed goes with them
        hour.nursery.kill(name)
    hour.kills.append(time.monotonic())
    for name in WORKERS:
        hour.start(name)
    owner = await asyncpg.connect(hour.cluster.admin_url)
    books, began = Books(owner), time.monotonic()
    await books.hurry()
    endpoints = {row["url"].rsplit("/", 1)[1]: row["id"] for row in await owner.fetch("SELECT id, url FROM webhook_endpoint")}
    await _until_told(books, list(endpoints.values()))
    await asyncio.sleep(1)  # no more calls: but what they led to may still lead to something
    await _until_told(books, list(endpoints.values()))
    took = time.monotonic() - began
    hour.nursery.kill("worker-1")
    hour.nursery.kill("worker-2")
    feeds = {organisation: await books.feed(organisation) for organisation in (HOTLINE, AMSTERDAM_DESK)}
    await _polled(hour.pollers, feeds)
    answered = {UUID(call["id"]) for caller in callers for call in caller.answered}
    stored = {row["id"] for row in await owner.fetch("SELECT id FROM call")}
    told: dict[str, Any] = {
        "acts": dict(hour.acts), "calls_answered": len(answered), "calls_lost": len(answered - stored),
        "calls_never_answered": len(stored - answered), "asked_again": sum(one.again for one in callers),
        "settled_in_s": round(took, 1),
        "pollers": {one.file.stem: _of_poller(one, feeds[one.organisation]) for one in hour.pollers},
        "receivers": {},
    }  # fmt: skip
    for path, organisation, ordering in RECEIVERS:
        told["receivers"][path] = await _of_receiver(hour, books, path, endpoints[path], feeds[organisation], ordering)
    await owner.close()
    told["well"] = not told["calls_lost"] and all(
        part["well"] for part in (*told["pollers"].values(), *told["receivers"].values())
    )
    return told


async def _until_told(books: Books, endpoints: Sequence[UUID]) -> None:
    """Wait for what was not delivered yet, for as long as it becomes less: how long a day's backlog takes is the machine's."""
    behind = await books.behind(endpoints)
    while behind:
        with suppress(TimeoutError):
            await books.until_told(endpoints, STUCK_AFTER)
        before, behind = behind, await books.behind(endpoints)
        if behind >= before:
            return


async def _polled(pollers: Sequence[Polling], feeds: dict[UUID, list[tuple[int, UUID, bytes]]]) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and any(len(one.events()) < len(feeds[one.organisation]) for one in pollers):
        await asyncio.sleep(0.5)
    for one in pollers:
        one.kill()


def _of_poller(one: Polling, feed: Sequence[tuple[int, UUID, bytes]]) -> dict[str, Any]:
    events = one.events()
    numbers = [int(event["sequence"]) for event in events]
    missed = {number for number, _, _ in feed} - set(numbers)
    told = {
        "events": len(feed), "missed": len(missed), "twice": len(numbers) - len(set(numbers)),
        "out_of_order": sum(after <= before for before, after in pairwise(numbers)),
        "other": events[: len(feed)] != [json.loads(body) for _, _, body in feed],
    }  # fmt: skip
    return told | {"well": not any((told["missed"], told["twice"], told["out_of_order"], told["other"]))}


async def _of_receiver(
    hour: Hour, books: Books, path: str, endpoint: UUID, feed: Sequence[tuple[int, UUID, bytes]], ordering: str
) -> dict[str, Any]:
    heard = hour.receivers.heard_at(path)
    first = list(dict.fromkeys(one.number for one in heard))
    delivered = await books.delivered(endpoint)
    told: dict[str, Any] = {
        "events": len(feed), "requests": len(heard), "again": len(heard) - len(first),
        "missed": len({event for _, event, _ in feed} - {one.event for one in heard}),
        "out_of_order": sum(after <= before for before, after in pairwise(first)),
        "written_down": sum(delivered.values()),
        "log": "true",
    }  # fmt: skip
    try:
        witnesses.log_is_true(heard, delivered, hour.kills, blind=6)
        witnesses.received_all(heard, feed, in_order=ordering == "strict")
    except AssertionError as error:
        told["log"] = str(error)[:300] or "untrue"
    return told | {"well": told["log"] == "true" and not told["missed"]}


async def _hour(minutes: float, seed: int) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="nodus-hour-"))
    cluster = await asyncio.to_thread(embedded.start, folder)
    began = time.monotonic()
    try:
        async with Receivers() as receivers:
            with Mother() as mother, Nursery(mother, folder / "told") as nursery:
                hour = Hour(folder, Random(seed), cluster, nursery, receivers, _a_free_port())
                try:
                    told = await _play(hour, minutes)
                finally:
                    for one in hour.pollers:
                        one.kill()
        return {"minutes": round((time.monotonic() - began) / 60, 1), "seed": seed, **told}
    finally:
        await asyncio.to_thread(cluster.stop)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Play, print, and say by the exit code whether all is well."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--seed", type=int, default=1)
    wish = asked.parse_args()
    told = asyncio.run(_hour(wish.minutes, wish.seed))
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0 if told["well"] else 1


if __name__ == "__main__":
    sys.exit(main())
