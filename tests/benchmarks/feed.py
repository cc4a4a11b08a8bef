"""What polling costs: `python -m tests.benchmarks.feed [--json] [--seconds 4] [--pollers 1000] [--waiters 5000] [--events 1000000]`.

An empty poll beside the cheapest route that FastAPI has, in turns; who waits: how idle the server is, and when the last one has the
answer; a page of a feed in a small and in a large database. The load comes from this process, on the same machine.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final, Self, cast
from uuid import UUID

import httpx
import psutil
import uvloop
from sqlalchemy import text

from app.core import clock, embedded, log, migrations, outbox
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.delivery.feed import OPEN_A_KEY
from app.demo.receiver import free_port
from app.identity import service as identity
from tests.benchmarks.bare import TABLES
from tests.benchmarks.table import Line, show
from tests.conftest import MASTER_KEY, settings_for
from tests.delivery.test_send import Happened

CONNECTIONS: Final = 32
ROUNDS: Final = 3
IDLE_SECONDS: Final = 10.0
SMALL: Final = 10_000
PAGES: Final = 300
# Ids spread over the months that have partitions, as years of events are; the numbers of each recipient follow its own order.
FILL: Final = """
  INSERT INTO event (recipient_id, number, id, type, recorded_at, body)
  SELECT r.id, c.last + n, first_id_at(now() - make_interval(secs => ({each} - n) * 80 * 86400.0 / {each}) + make_interval(secs => random())),
    'nl.nodus.test.happened.v1', now(), convert_to('{{"id":"' || r.id || '","type":"x","filler":"' || repeat('x', 450) || '"}}', 'UTF8')
  FROM (SELECT id FROM organisation WHERE name = 'polled' ORDER BY id LIMIT {recipients}) r
    JOIN recipient_counter c ON c.recipient_id = r.id, generate_series(1, {each}) n;
  UPDATE recipient_counter c SET last = last + {each}
    WHERE recipient_id IN (SELECT id FROM organisation WHERE name = 'polled' ORDER BY id LIMIT {recipients});
  ANALYZE event; ANALYZE recipient_counter
"""


class Poller(asyncio.Protocol):
    """A connection that asks, and remembers when each answer was complete; `again`: asks again at once."""

    def __init__(self, request: bytes, *, again: bool, status: bytes) -> None:
        """Asks when told to."""
        self._request, self._again, self._status = request, again, status
        self._transport: asyncio.Transport
        self._got = b""
        self.answers: list[float] = []
        self.answered = asyncio.Event()

    @classmethod
    async def to(cls, port: int, request: bytes, *, again: bool = False, status: bytes = b"200") -> Self:
        """Connected, and has not asked yet."""
        _, made = await asyncio.get_running_loop().create_connection(
            lambda: cls(request, again=again, status=status), "127.0.0.1", port
        )
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, request: bytes = b"") -> None:
        """Ask."""
        self._request = request or self._request
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """An answer is complete when all its bytes are there."""
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if not found or len(body) < length:
            return
        if head[9:12] != self._status:
            raise RuntimeError(self._got[:600])
        self._got = b""
        self.answers.append(time.perf_counter())
        self.answered.set()
        if self._again:
            self.ask()

    def close(self) -> None:
        """Hang up."""
        self._again = False
        self._transport.close()


@dataclass(frozen=True, slots=True)
class Key:
    """A key and whose it is."""

    organisation: UUID
    token: str

    def asks(self, query: str, **headers: str) -> bytes:
        """A request for its feed."""
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        path = f"/v1/organisations/{self.organisation}/events?{query}"
        return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.token}\r\n{lines}\r\n".encode()


def main() -> int:
    """Measure, print; 0 whatever comes out: a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.feed")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--seconds", type=float, default=4, help="of load, each round")
    asked.add_argument("--pollers", type=int, default=1000)
    asked.add_argument("--waiters", type=int, default=5000)
    asked.add_argument("--events", type=int, default=1_000_000)
    options = asked.parse_args()
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            lines = uvloop.run(_measure(cluster, options))
        finally:
            cluster.stop()
    show(lines, as_json=options.json)
    return 0


async def _measure(cluster: embedded.Embedded, options: argparse.Namespace) -> list[Line]:
    await asyncio.to_thread(migrations.upgrade, cluster.admin_url)
    await asyncio.to_thread(migrations.grant_login, cluster.admin_url, embedded.LOGIN)
    cluster.psql(TABLES.format(login=embedded.LOGIN), embedded.NAME)
    database = Database(cluster.url, settings_for(cluster.url))
    keys = await _keys(database, options.pollers, -(-options.waiters // OPEN_A_KEY))
    environment = {"NODUS_DATABASE_URL": cluster.url, "NODUS_MASTER_KEY": MASTER_KEY, "NODUS_METRICS_PORT": "0"}
    lines: list[Line] = []
    with _serving("app.cli", "serve", **environment) as (port, server):
        with _serving("uvicorn", "tests.benchmarks.bare:app", "--no-access-log", BARE_URL=cluster.url) as (bare, _):
            lines.append(await _empty_polls(port, bare, keys[0], options.seconds))
        lines += await _waiting(database, port, server, keys[: options.pollers])
        lines.append(await _memory(port, server, keys, options.waiters))
        lines.append(await _pages(cluster, port, keys[0], options.events, options.pollers))
    await database.close()
    return lines


async def _keys(database: Database, organisations: int, count: int) -> list[Key]:
    """So many keys over so many organisations, each with one event in its feed."""
    ids = [new_id(clock.wall()) for _ in range(organisations)]
    made: list[Key] = []
    async with begin(database, WORKER) as work:
        statement = text("INSERT INTO organisation (id, kind, name) SELECT unnest(CAST(:ids AS uuid[])), 'meldpunt', 'polled'")
        await work.change(statement, ids=ids)
        for place in range(max(count, organisations)):
            whose = ids[place % organisations]
            made.append(Key(whose, identity.create_key(work, organisation=whose, role="desk", label="bench")))
        outbox.record(work, Happened(case_id=new_id(work.at)), ids)
    await asyncio.sleep(1.5)  # the head of every feed is known
    return made


@contextmanager
def _serving(module: str, *arguments: str, **environment: str) -> Iterator[tuple[int, psutil.Process]]:
    """A server process, as it is started for real (log lines and all), and its port."""
    port = free_port(0)
    command = [sys.executable, "-m", module, *arguments, "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/livez")
                break
            time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


async def _empty_polls(port: int, bare: int, key: Key, seconds: float) -> Line:
    """In turns, so that a slow minute of the machine hits both alike; the median round of each."""
    first = await Poller.to(port, key.asks("after=1"))
    first.ask()
    await first.answered.wait()
    first.close()
    ours, theirs = [], []
    empty = key.asks("after=1", If_None_Match='"f-1-1-1"')
    for _ in range(ROUNDS):
        ours.append(await _per_second(port, empty, seconds))
        theirs.append(await _per_second(bare, b"GET /nothing HTTP/1.1\r\nHost: bench\r\n\r\n", seconds))
    share = median(ours) / median(theirs)
    reference = f"bare FastAPI route, 304: {median(theirs):.0f}/s"
    return Line("empty poll, authenticated, 304", f"{median(ours):.0f}/s", reference, f"{share:.0%}", "≥ 70 %", share >= 0.7)


async def _per_second(port: int, request: bytes, seconds: float) -> float:
    pollers = [await Poller.to(port, request, again=True, status=b"304") for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for one in pollers:
        one.ask()
    await asyncio.sleep(seconds)
    passed, count = time.perf_counter() - started, sum(len(one.answers) for one in pollers)
    for one in pollers:
        one.close()
    return count / passed


@contextmanager
def _open(pollers: Sequence[Poller]) -> Iterator[None]:
    try:
        yield
    finally:
        for one in pollers:
            one.close()


async def _waiting(database: Database, port: int, server: psutil.Process, keys: Sequence[Key]) -> list[Line]:
    pollers = [await Poller.to(port, b"") for _ in keys]
    many = len(keys)
    with _open(pollers):
        await _all_ask(pollers, keys, 1)
        before = sum(server.cpu_times()[:2])
        await asyncio.sleep(IDLE_SECONDS)
        busy = (sum(server.cpu_times()[:2]) - before) / IDLE_SECONDS
        lines = [Line(f"{many} long pollers, idle", f"{busy:.1%} of a core", "–", f"{busy:.1%}", "< 5 %", busy < 0.05)]
        for one in pollers:
            one.answered.clear()
        before = sum(server.cpu_times()[:2])
        async with begin(database, WORKER) as work:
            outbox.record(work, Happened(case_id=new_id(work.at)), [key.organisation for key in keys])
        took = await _took(pollers, time.perf_counter())
        cpu = f", {(sum(server.cpu_times()[:2]) - before) * 1000:.0f} ms of CPU"
        lines.append(_woken(f"{many} woken by one event for all", took, cpu))
        await _all_ask(pollers, keys, 2)
        for one in pollers:
            one.answered.clear()
        committed = []
        for key in keys:
            async with begin(database, WORKER) as work:
                outbox.record(work, Happened(case_id=new_id(work.at)), [key.organisation])
            committed.append(time.perf_counter())
        took = await _took(pollers, 0)
        lines.append(
            _woken(f"{many} woken, each by its own event", [at - since for at, since in zip(took, committed, strict=True)])
        )
    return lines


async def _all_ask(pollers: Sequence[Poller], keys: Sequence[Key], after: int) -> None:
    for one, key in zip(pollers, keys, strict=True):
        one.ask(key.asks(f"after={after}&wait=30"))
        if one is pollers[len(pollers) // 2]:
            await asyncio.sleep(1)
    await asyncio.sleep(4)  # all are known and wait: what they asked the database for was their keys


async def _took(pollers: Sequence[Poller], since: float) -> list[float]:
    async with asyncio.timeout(25):
        for one in pollers:
            await one.answered.wait()
    return [one.answers[-1] - since for one in pollers]


def _woken(work: str, took: Sequence[float], more: str = "") -> Line:
    last, half = max(took) * 1000, median(took) * 1000
    return Line(work, f"half {half:.0f} ms, last {last:.0f} ms{more}", "–", f"{last:.0f} ms", "≤ 500 ms", last <= 500)


async def _memory(port: int, server: psutil.Process, keys: Sequence[Key], waiters: int) -> Line:
    before = server.memory_info().rss
    asked = [keys[place % len(keys)] for place in range(waiters)]
    pollers = [await Poller.to(port, b"") for _ in asked]
    with _open(pollers):
        for place, (one, key) in enumerate(zip(pollers, asked, strict=True)):
            one.ask(key.asks("after=3&wait=30"))
            if place % 500 == 0:
                await asyncio.sleep(0.3)
        await asyncio.sleep(4)
        early = sum(bool(one.answers) for one in pollers)
        after = server.memory_info().rss
    each = (after - before) / waiters / 1024
    told = f"{after / 2**20:.0f} MiB in all, {each:.0f} KiB each" + (f"; {early} did not wait" if early else "")
    return Line(f"{waiters} waiters", told, f"before: {before / 2**20:.0f} MiB", f"{each:.0f} KiB", "–", not early)


async def _pages(cluster: embedded.Embedded, port: int, key: Key, events: int, recipients: int) -> Line:
    await asyncio.to_thread(cluster.psql, FILL.format(each=SMALL // 10, recipients=10), embedded.NAME)
    await asyncio.sleep(1.5)
    small = await _page(port, key, SMALL // 10)
    each = (events - SMALL) // recipients
    await asyncio.to_thread(cluster.psql, FILL.format(each=each, recipients=recipients), embedded.NAME)
    await asyncio.sleep(1.5)
    large = await _page(port, key, SMALL // 10)
    told = [f"median {median(one):.1f} ms, p99 {quantiles(one, n=100)[98]:.1f} ms" for one in (large, small)]
    ratio = median(large) / median(small)
    work = f"feed page of 100, {events} events"
    return Line(work, told[0], f"{SMALL} events: {told[1]}", f"× {ratio:.2f}", "≤ × 1.5", ratio <= 1.5)


async def _page(port: int, key: Key, last: int) -> list[float]:
    """Milliseconds of pages here and there in a feed."""
    took = []
    poller = await Poller.to(port, b"")
    for count in range(PAGES + 20):
        poller.answered.clear()
        before = time.perf_counter()
        poller.ask(key.asks(f"after={count * 37 % (last - 100)}&limit=100"))
        await poller.answered.wait()
        took.append((time.perf_counter() - before) * 1000)
    poller.close()
    return took[20:]


if __name__ == "__main__":
    sys.exit(main())
