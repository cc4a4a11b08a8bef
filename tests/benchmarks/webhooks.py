"""How fast webhooks go: `python -m tests.benchmarks.webhooks [--json]`; one worker, receivers in a process of their own.

Throughput: 100 endpoints in strict order whose receivers take 50 ms. Idle: from commit to the first byte at the receiver. Among 342
endpoints: what the others feel of one dead receiver in three, half of which refuse and half hang, against the same run without.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import psutil

from app.core import clock, embedded, log, migrations, outbox
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from tests.benchmarks.table import Line, show
from tests.conftest import MASTER_KEY, as_owner, settings_for
from tests.delivery.test_send import Happened, an_endpoint, an_organisation

RECEIVERS: Final = 100
EACH: Final = 80
IDLE: Final = 200
ENDPOINTS: Final = 342
ROUNDS: Final = 4
GAP: Final = 0.008  # seconds between two commits among the 342
# Each of so many recipients gets so many events of the usual size.
FILL: Final = """
  WITH made AS (
    INSERT INTO event (recipient_id, number, id, type, case_id, recorded_at, body)
    SELECT o, n, uuidv7(), 'nl.nodus.case.offered.v1', uuidv7(), now(), convert_to(
      '{"specversion":"1.0","sequence":"' || lpad(n::text, 20, '0') || '","data":{"x":"' || repeat('x', 700) || '"}}', 'UTF8')
    FROM unnest($1::uuid[]) AS o, generate_series(1, $2::int) AS n)
  INSERT INTO recipient_counter (recipient_id, last) SELECT unnest($1::uuid[]), $2
"""


class Bench:
    """A database, a worker, receivers."""

    def __init__(self, cluster: embedded.Embedded, database: Database, port: int) -> None:
        """Of this run."""
        self.cluster, self.database, self.port = cluster, database, port

    async def endpoints(self, paths: Sequence[str]) -> list[UUID]:
        """An organisation with an endpoint a path."""
        made = []
        for path in paths:
            organisation = await an_organisation(self.database)
            url = path if path.startswith("http") else f"http://127.0.0.1:{self.port}{path}"
            await an_endpoint(self.database, organisation, url)
            made.append(organisation)
        return made

    async def announce(self, organisation: UUID) -> tuple[UUID, float]:
        """Commit one event; its case's id, and the moment after the commit."""
        case = new_id(clock.wall())
        async with begin(self.database, WORKER) as work:
            outbox.record(work, Happened(case_id=case), [organisation])
        return case, time.time()

    async def told(self) -> dict[str, float]:
        """What came since the last time: the first byte of each delivery's first attempt."""
        async with httpx.AsyncClient(trust_env=False) as client:
            found = (await client.get(f"http://127.0.0.1:{self.port}/told")).json()
        return dict(reversed(found))

    async def latencies(self, organisations: Sequence[UUID], gap: float) -> list[float]:
        """Milliseconds from commit to first byte, one commit each at this pace."""
        committed: dict[UUID, float] = {}
        for organisation in organisations:
            committed.update([await self.announce(organisation)])
            await asyncio.sleep(gap)
        await asyncio.sleep(2)
        ids = await self.sql("SELECT id, case_id FROM event WHERE case_id = ANY($1::uuid[])", list(committed))
        came = await self.told()
        return [(came[str(row["id"])] - committed[UUID(int=row["case_id"].int)]) * 1000 for row in ids if str(row["id"]) in came]

    async def sql(self, text: str, *values: Any) -> Any:
        """Ask the database as its owner."""
        connection = await asyncpg.connect(as_owner(self.cluster.url))
        try:
            return await connection.fetch(text, *values)
        finally:
            await connection.close()


def main() -> None:
    """Measure and print; a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.webhooks")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("error")
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            lines = asyncio.run(_measure(cluster))
        finally:
            cluster.stop()
    show(lines, as_json=options.json)


async def _measure(cluster: embedded.Embedded) -> list[Line]:
    await asyncio.to_thread(migrations.upgrade, cluster.admin_url)
    await asyncio.to_thread(migrations.grant_login, cluster.admin_url, embedded.LOGIN)
    database = Database(cluster.url, settings_for(cluster.url, webhooks_to_private_addresses=True))
    with _running([sys.executable, "-m", "tests.benchmarks.receivers"]) as receivers:
        assert receivers.stdout
        bench = Bench(cluster, database, int(receivers.stdout.readline()))
        lines = [await _throughput(bench)]
        lines += await _idle(bench)
        lines.append(await _one_in_three(bench))
    await database.close()
    return lines


async def _throughput(bench: Bench) -> Line:
    organisations = await bench.endpoints([f"/50/{n}" for n in range(RECEIVERS)])
    await bench.sql(FILL, organisations, EACH)
    with _a_worker(bench) as worker:
        count, first = RECEIVERS * EACH, 0.0
        arrived: dict[str, float] = {}
        while len(arrived) < count:
            await asyncio.sleep(0.2)
            arrived |= await bench.told()
            first = first or time.monotonic()
            if time.monotonic() - first > 60:
                break
        times, cpu = sorted(arrived.values()), sum(psutil.Process(worker.pid).cpu_times()[:2]) * 1000 / count
    a_second = len(times) / (times[-1] - times[0])
    await bench.sql("UPDATE webhook_endpoint SET state = 'paused'")
    return Line(
        f"{count} events, {RECEIVERS} receivers of 50 ms",
        f"{a_second:.0f}/s, {cpu:.2f} ms of CPU each",
        "2000/s is the most possible",
        f"{a_second / 2000:.0%}",
        "≥ 800/s",
        a_second >= 800,
    )


async def _idle(bench: Bench) -> list[Line]:
    [organisation] = await bench.endpoints(["/0/idle"])
    with _a_worker(bench):
        await bench.latencies([organisation] * 20, 0.03)  # warm
        sparse = await bench.latencies([organisation] * IDLE, 0.05)
        others = await bench.endpoints([f"/0/{n}" for n in range(60)])
        cold = await bench.latencies(others, 0.05)
    await bench.sql("UPDATE webhook_endpoint SET state = 'paused'")
    lines = []
    for work, found in (("commit → first byte, idle", sparse), ("the same, an endpoint's first", cold)):
        middle, p99 = median(found), _p99(found)
        lines.append(
            Line(
                work,
                f"median {middle:.1f} ms, p99 {p99:.1f} ms",
                "–",
                f"{middle:.1f}, {p99:.1f} ms",
                "< 10, < 50 ms",
                middle < 10 and p99 < 50,
            )
        )
    return lines


async def _one_in_three(bench: Bench) -> Line:
    """Turn by turn on the same database: all alive, then the same with every third one dead."""
    alive: dict[bool, list[float]] = {False: [], True: []}
    for dead in (False, True, False, True):
        paths = [f"/0/{n}" if n % 3 or not dead else "/hangs" if n % 2 else "http://127.0.0.1:9/" for n in range(ENDPOINTS)]
        organisations = await bench.endpoints(paths)
        with _a_worker(bench):
            await bench.latencies(organisations[1:61:3], 0.03)  # warm
            alive[dead] += await bench.latencies(organisations * ROUNDS, GAP)
        await bench.sql("UPDATE webhook_endpoint SET state = 'paused'")
    found = {dead: _p99(values) for dead, values in alive.items()}
    ratio = found[True] / found[False]
    told, reference = f"p99 {found[True]:.1f} ms", f"all alive: p99 {found[False]:.1f} ms"
    return Line(f"one dead in three among {ENDPOINTS}", told, reference, f"× {ratio:.2f}", "≤ × 1.5", ratio <= 1.5)


def _p99(found: Sequence[float]) -> float:
    return quantiles(found, n=100)[98]


@contextmanager
def _a_worker(bench: Bench) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ, "NODUS_DATABASE_URL": bench.cluster.url, "NODUS_MASTER_KEY": MASTER_KEY, "NODUS_LOG_LEVEL": "error",
        "NODUS_METRICS_PORT": "0", "NODUS_WEBHOOKS_TO_PRIVATE_ADDRESSES": "true",
    }  # fmt: skip
    with _running([sys.executable, "-m", "app.cli", "worker"], environment) as worker:
        time.sleep(2.5)  # it starts, and nothing else is to be measured
        yield worker


@contextmanager
def _running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


if __name__ == "__main__":
    main()
